#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "base/text_hash.hpp"
#include "milter/filter/rules/evals/sender_eval_groups.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

// Labels of a host that are looked up, from its end: more than any list has.
constexpr int most_labels = 11;

bool is_address(std::string_view host)
{
    return host.starts_with('[') || host.find_first_not_of("0123456789.") == std::string_view::npos;
}

// The host, the domain above it, and so on: `a.example.org`, `example.org`, `org`.
std::vector<std::string_view> names_of(std::string_view host)
{
    if (host.starts_with('[') && host.ends_with(']')) return {host.substr(1, host.size() - 2)};
    if (is_address(host)) return {host};
    std::vector<std::string_view> names;
    auto dot = host.size();
    for (int label = 0; label < most_labels && dot != std::string_view::npos; ++label) {
        dot = dot == 0 ? std::string_view::npos : host.rfind('.', dot - 1);
        names.push_back(dot == std::string_view::npos ? host : host.substr(dot + 1));
    }
    std::reverse(names.begin(), names.end());
    return names;
}

// Enters the lists that a host is in; the longest name that a list has decides.
void add_lists_of(std::string_view host, const UriHostLists& lists, std::vector<bool>& in)
{
    std::vector<bool> decided(lists.names.size());
    for (const auto name : names_of(host)) {
        const auto found = lists.hosts.find(name);
        if (found == lists.hosts.end()) continue;
        for (const auto& entry : found->second) {
            if (decided[entry.list]) continue;
            decided[entry.list] = true;
            if (entry.is_in) in[entry.list] = true;
        }
    }
}

const std::vector<bool>& uri_lists_of(const EvalContext& context)
{
    auto& memory = context.memory.sender.uri_lists;
    if (memory) return *memory;
    const auto& lists = context.settings.sender.uri_hosts;
    std::vector<bool> in(lists.names.size());
    TextViewSet seen;
    if (!lists.names.empty())
        for (const auto& uri : context.rendering.uris.details) {
            if (starts_ignoring_case(uri.raw, "mailto:")) continue;
            for (const auto& [host, domain] : uri.hosts)
                if (seen.insert(host).second) add_lists_of(host, lists, in);
        }
    return memory.emplace(std::move(in));
}

bool is_any_in(const EvalContext& context, std::string_view list)
{
    const auto number = context.settings.sender.uri_hosts.list(list);
    const auto& in = uri_lists_of(context);
    return number < in.size() && in[number];
}

unsigned check_uri_host_listed(const EvalContext& context, std::span<const std::string> arguments)
{
    return is_any_in(context, argument(arguments, 0));
}

unsigned check_uri_host_in_blocklist(const EvalContext& context, std::span<const std::string>)
{
    return is_any_in(context, "BLOCK");
}

unsigned check_uri_host_in_welcomelist(const EvalContext& context, std::span<const std::string>)
{
    return is_any_in(context, "WELCOME");
}

constexpr auto table = std::to_array<EvalEntry>({
    {"check_uri_host_listed", "WLBLEval", check_uri_host_listed, {}, 1},
    {"check_uri_host_in_blocklist", "WLBLEval", check_uri_host_in_blocklist, {}},
    {"check_uri_host_in_welcomelist", "WLBLEval", check_uri_host_in_welcomelist, {}},
});

}  // namespace

std::span<const EvalEntry> uri_listing_evals() { return table; }

}  // namespace lazaret::filter::rules
