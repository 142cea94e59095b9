#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/lazaretctl/arguments.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/explain.hpp"
#include "tools/lazaretctl/held_output.hpp"
#include "tools/lazaretctl/json_output.hpp"
#include "tools/lazaretctl/table.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::string reference;
    bool json = false;
};

Json preview_json(const Preview& preview)
{
    auto parts = Json::array();
    for (const auto& part : preview.parts)
        parts.push_back({{"name", part.name},
                         {"type", part.type},
                         {"size", part.size},
                         {"sha256", part.sha256}});
    auto images = Json::array();
    for (const auto& image : preview.images)
        images.push_back(
            {{"content_id", image.content_id}, {"type", image.type}, {"size", image.bytes.size()}});
    return {{"text", preview.text},
            {"html", preview.html},
            {"sanitiser", preview.sanitiser},
            {"images", std::move(images)},
            {"parts", std::move(parts)},
            {"link_hosts", preview.link_hosts},
            {"scan", preview.scan}};
}

Json json_of(const store::HeldDetails& held)
{
    auto json = tools::json_of(held.summary);
    json["digest"] = held.digest.hex();
    json["client_ip"] = held.client_ip;
    json["helo"] = held.helo;
    json["from_address"] = held.from_address;
    json["list_id"] = held.list_id;
    json["eight_bit"] = held.eight_bit;
    json["utf8"] = held.utf8;
    json["hits"] = tools::json_of(held.hits);
    json["explanation"] = tools::json_of(held.explanation);
    json["preview"] = preview_json(held.preview);
    json["changed"] = held.changed ? Json(utc_text(*held.changed)) : Json();
    json["changed_by"] = held.changed_by;
    return json;
}

/// A line of the head, when there is something to show.
void print_line(std::string_view name, const std::string& value)
{
    if (!value.empty()) fmt::print("{:<12}{}\n", name, harmless_line(value));
}

void print_head(const store::HeldDetails& held)
{
    const auto& copy = held.summary;
    print_line("ID", copy.reference.text());
    print_line("State", state_text(copy));
    if (held.changed)
        print_line("Changed", fmt::format("{} by {}", local_text(*held.changed), held.changed_by));
    print_line("Last error", copy.last_error);
    print_line("Received", local_text(copy.received));
    print_line("Recipient", copy.recipient);
    if (copy.mailbox != copy.recipient) print_line("Mailbox", copy.mailbox);
    print_line("From", copy.from);
    print_line("Sender", copy.sender.empty() ? "<>" : copy.sender);
    print_line("Subject", copy.subject);
    print_line("List-Id", held.list_id);
    print_line("Client", held.client_ip);
    print_line("HELO", held.helo);
    print_line("Queue id", copy.queue_id);
    print_line("Size", fmt::format("{} bytes", copy.size));
    print_line("Digest", held.digest.hex());
    print_line("Class", class_text(copy.verdict));
    if (copy.kept_after_refusal) print_line("", "the sender was told that it is refused");
}

void print_preview(const Preview& preview)
{
    if (!preview.parts.empty()) {
        Table table{{{"ATTACHMENT", false, 12},
                     {"TYPE", false, 12},
                     {"BYTES", true},
                     {"SHA-256", false, 16}}};
        for (const auto& part : preview.parts)
            table.add({part.name.empty() ? "(no name)" : part.name, part.type,
                       std::to_string(part.size), part.sha256});
        fmt::print("\n{}", table.text(terminal_columns()));
    }
    if (!preview.link_hosts.empty()) {
        fmt::print("\nLinks to:");
        for (const auto& host : preview.link_hosts) fmt::print(" {}", harmless_line(host));
        fmt::print("\n");
    }
    auto text = harmless_text(preview.text);
    text.erase(text.find_last_not_of('\n') + 1);
    fmt::print("\n{}\n", text.empty() ? "(no text)" : text);
}

int show(const Options& options, const Context& context)
{
    const auto reference = reference_argument(options.reference);
    const auto held = store::Quarantine{*context.database}.find(reference);
    if (!held) return explain_fault(reference, store::DeedFault::Unknown, Deed::Look, Class::Spam);
    if (options.json) {
        print_json(json_of(*held));
        return 0;
    }
    print_head(*held);
    fmt::print("\n{}{}", hits_text(held->hits, held->summary.score, terminal_columns()),
               explanation_text(held->explanation));
    print_preview(held->preview);
    return 0;
}

}  // namespace

Run define_held_show(CommandOptions& options)
{
    const auto chosen = std::make_shared<Options>();
    options.add_option("ID", chosen->reference, "as 'held list' shows it").required();
    add_json_option(options, chosen->json);
    return [chosen](const Context& context) { return show(*chosen, context); };
}

}  // namespace lazaret::tools
