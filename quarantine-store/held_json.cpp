#include "quarantine-store/held_json.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/records/address.hpp"
#include "base/text.hpp"
#include "quarantine-store/newsletters.hpp"
#include "quarantine-store/pg_values.hpp"

namespace lazaret::store {
namespace {

using Json = nlohmann::json;

std::string written(const Json& json)
{
    // Every text was made valid before; `replace` is the belt to those braces: what a message
    // contains must never throw.
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// JSON has no infinity; a number that is none would come out as null.
double finite(double number) { return std::isfinite(number) ? number : 0.0; }

// A text that stands in an index, whose rows must stay below a third of a page. One that is cut
// keeps a hash of the whole, so that no two become one.
std::string indexed(std::string_view text)
{
    constexpr std::size_t longest = 800;
    const auto valid = valid_utf8(text);
    if (valid.size() <= longest) return valid;
    Digest hash;
    crypto_generichash(hash.bytes.data(), hash.bytes.size(),
                       reinterpret_cast<const unsigned char*>(valid.data()), valid.size(), nullptr,
                       0);
    return fmt::format("{}~{}", cut_utf8(valid, longest), hash.hex().substr(0, 32));
}

Json parsed(std::string_view text) { return Json::parse(text, nullptr, false); }

// A member of an object, or what it is when it is missing or of another type.
template <class T>
T member(const Json& json, const char* key, T missing = {})
{
    const auto found = json.find(key);
    if (found == json.end()) return missing;
    if constexpr (std::is_same_v<T, std::string>) {
        if (!found->is_string()) return missing;
    } else {
        if (!found->is_number()) return missing;
    }
    return found->get<T>();
}

const Json& list(const Json& json, const char* key)
{
    static const Json none = Json::array();
    const auto found = json.find(key);
    return found == json.end() || !found->is_array() ? none : *found;
}

Json array_of(const std::vector<Hit>& hits)
{
    auto json = Json::array();
    for (const auto& hit : hits) {
        auto& one = json.emplace_back(Json{{"name", valid_utf8(hit.name)},
                                           {"points", finite(hit.points)},
                                           {"why", valid_utf8(hit.why)}});
        for (const auto& [language, why] : hit.why_in.texts())
            one["why_in"][valid_utf8(language)] = valid_utf8(why);
    }
    return json;
}

Json object_of(const Explanation::Match& match)
{
    return {{"entry", match.entry},
            {"kind", token(match.kind)},
            {"owner", match.owner.text()},
            {"sender", valid_utf8(match.sender)},
            {"proof", valid_utf8(match.proof)},
            {"needs", valid_utf8(match.needs)}};
}

Json array_of(const std::vector<Proof>& proofs)
{
    auto json = Json::array();
    for (const auto& proof : proofs) json.push_back(proof.text());
    return json;
}

std::vector<Proof> proofs_in(const Json& json)
{
    std::vector<Proof> proofs;
    for (const auto& one : json)
        if (one.is_string())
            if (auto proof = proof_of(one.get<std::string>())) proofs.push_back(std::move(*proof));
    return proofs;
}

Explanation::Match match_of(const Json& json)
{
    Explanation::Match match;
    match.entry = member<std::int64_t>(json, "entry");
    match.kind = list_kind_of(member<std::string>(json, "kind")).value_or(ListKind::Allow);
    match.owner = owner_of(member<std::string>(json, "owner")).value_or(Owner::site());
    match.sender = member<std::string>(json, "sender");
    match.proof = member<std::string>(json, "proof");
    match.needs = member<std::string>(json, "needs");
    return match;
}

Json object_of(const Explanation& explanation)
{
    Json json = Json::object();
    if (explanation.decided) json["decided"] = object_of(*explanation.decided);
    for (const auto& match : explanation.unproven) json["unproven"].push_back(object_of(match));
    for (const auto& winner : explanation.settings)
        json["settings"].push_back({{"name", winner.name}, {"owner", winner.owner.text()}});
    if (!explanation.note.empty()) json["note"] = valid_utf8(explanation.note);
    if (const auto& proved = explanation.proved)
        json["proved"] = {{"from", array_of(proved->from)},
                          {"mail_from", array_of(proved->mail_from)}};
    if (!explanation.one_click.empty()) json["one_click"] = valid_utf8(explanation.one_click);
    if (explanation.warned) json["warned"] = object_of(*explanation.warned);
    return json;
}

}  // namespace

std::string hits_json(const std::vector<Hit>& hits) { return written(array_of(hits)); }

std::vector<Hit> hits_of(std::string_view json)
{
    std::vector<Hit> hits;
    const auto all = parsed(json);
    if (!all.is_array()) return hits;
    for (const auto& one : all) {
        if (!one.is_object()) continue;
        auto& hit =
            hits.emplace_back(Hit{member<std::string>(one, "name"), member<double>(one, "points"),
                                  member<std::string>(one, "why")});
        const auto others = one.find("why_in");
        if (others == one.end() || !others->is_object()) continue;
        Translations::Texts texts;
        for (const auto& [language, why] : others->items())
            if (why.is_string()) texts.emplace(language, why.get<std::string>());
        hit.why_in = Translations{std::move(texts)};
    }
    return hits;
}

std::string explanation_json(const Explanation& explanation)
{
    return written(object_of(explanation));
}

Explanation explanation_of(std::string_view text)
{
    Explanation explanation;
    const auto json = parsed(text);
    if (!json.is_object()) return explanation;
    if (const auto found = json.find("decided"); found != json.end() && found->is_object())
        explanation.decided = match_of(*found);
    if (const auto found = json.find("warned"); found != json.end() && found->is_object())
        explanation.warned = match_of(*found);
    for (const auto& one : list(json, "unproven"))
        if (one.is_object()) explanation.unproven.push_back(match_of(one));
    for (const auto& one : list(json, "settings"))
        if (one.is_object())
            explanation.settings.push_back(
                {member<std::string>(one, "name"),
                 owner_of(member<std::string>(one, "owner")).value_or(Owner::site())});
    explanation.note = member<std::string>(json, "note");
    explanation.one_click = member<std::string>(json, "one_click");
    if (const auto proved = json.find("proved"); proved != json.end() && proved->is_object())
        explanation.proved = {proofs_in(list(*proved, "from")),
                              proofs_in(list(*proved, "mail_from"))};
    return explanation;
}

std::string preview_json(const Preview& preview)
{
    Json json = {{"sanitiser", preview.sanitiser}, {"text", valid_utf8(preview.text)}};
    if (!preview.html.empty()) json["html"] = valid_utf8(preview.html);
    for (const auto& image : preview.images)
        json["images"].push_back({{"id", valid_utf8(image.content_id)},
                                  {"type", valid_utf8(image.type)},
                                  {"size", image.bytes.size()}});
    for (const auto& part : preview.parts)
        json["parts"].push_back({{"name", valid_utf8(part.name)},
                                 {"type", valid_utf8(part.type)},
                                 {"size", part.size},
                                 {"sha256", valid_utf8(part.sha256)}});
    for (const auto& host : preview.link_hosts) json["hosts"].push_back(valid_utf8(host));
    if (!preview.scan.empty()) json["scan"] = valid_utf8(preview.scan);
    return written(json);
}

std::string preview_images(const Preview& preview)
{
    std::string all;
    for (const auto& image : preview.images) all += image.bytes;
    return all;
}

Preview preview_of(std::string_view text, std::string_view images)
{
    Preview preview;
    const auto json = parsed(text);
    if (!json.is_object()) return preview;
    preview.sanitiser = member<int>(json, "sanitiser");
    preview.text = member<std::string>(json, "text");
    preview.html = member<std::string>(json, "html");
    preview.scan = member<std::string>(json, "scan");
    for (const auto& one : list(json, "images")) {
        const auto size = std::min(member<std::size_t>(one, "size"), images.size());
        preview.images.push_back({member<std::string>(one, "id"), member<std::string>(one, "type"),
                                  std::string{images.substr(0, size)}});
        images.remove_prefix(size);
    }
    for (const auto& one : list(json, "parts"))
        preview.parts.push_back({member<std::string>(one, "name"), member<std::string>(one, "type"),
                                 member<std::uint64_t>(one, "size"),
                                 member<std::string>(one, "sha256")});
    for (const auto& one : list(json, "hosts"))
        if (one.is_string()) preview.link_hosts.push_back(one.get<std::string>());
    return preview;
}

std::string mail_json(const HeldMail& mail)
{
    return written({{"queue_id", valid_utf8(mail.queue_id)},
                    {"client_ip", valid_utf8(mail.client_ip)},
                    {"helo", valid_utf8(mail.helo)},
                    {"sender", valid_utf8(mail.sender)},
                    {"eight_bit", mail.eight_bit},
                    {"utf8", mail.utf8},
                    {"from", valid_utf8(mail.from)},
                    {"from_address", valid_utf8(mail.from_address)},
                    {"subject", valid_utf8(mail.subject)},
                    {"list_id", valid_utf8(mail.list_id)},
                    {"seal_of", mail.seal_of ? mail.seal_of->text() : ""}});
}

std::string copies_json(std::span<const HeldCopy> copies)
{
    auto json = Json::array();
    int place = 0;
    for (const auto& copy : copies) {
        json.push_back({{"place", ++place},
                        {"reference", copy.reference.text()},
                        {"tenant", copy.tenant},
                        {"recipient", valid_utf8(copy.recipient)},
                        {"recipient_key", recipient_key(copy.recipient)},
                        {"mailbox", indexed(copy.mailbox)},
                        {"class", token(copy.verdict)},
                        {"score", finite(copy.score)},
                        {"expires", day_text(copy.expires)},
                        {"explanation", object_of(copy.explanation)},
                        {"kept", copy.kept_after_refusal}});
        if (copy.own_hits) json.back()["own_hits"] = array_of(*copy.own_hits);
        if (const auto& warned = copy.explanation.warned) json.back()["warned"] = warned->entry;
    }
    return written(json);
}

namespace {

// Which newsletter a message was of, as its recipient's page knows it.
Json newsletter_object(const Passage& note)
{
    const auto& of = *note.newsletter;
    return {{"key", indexed(newsletter_key(of.list_id, of.from_address, note.explanation))},
            {"from", Passage::line(valid_utf8(of.from))},
            {"from_address", Passage::line(valid_utf8(of.from_address))},
            {"list_id", Passage::line(valid_utf8(of.list_id))},
            {"proved", valid_utf8(newsletter_domain(note.explanation))}};
}

}  // namespace

std::string notes_json(std::span<const Passage> notes)
{
    auto json = Json::array();
    for (const auto& note : notes) {
        auto& one = json.emplace_back(Json{{"at", micros(note.when)},
                                           {"tenant", note.tenant},
                                           {"mailbox", indexed(note.mailbox)},
                                           {"queue_id", valid_utf8(note.queue_id)},
                                           {"sender", recipient_key(note.sender)},
                                           {"client_ip", valid_utf8(note.client_ip)},
                                           {"class", token(note.verdict)},
                                           {"action", token(note.action)},
                                           {"score", finite(note.score)},
                                           {"reference", indexed(note.reference)},
                                           {"hits", array_of(note.hits)},
                                           {"explanation", object_of(note.explanation)},
                                           {"entry", note.entry},
                                           {"warned", note.warned}});
        if (note.newsletter) one["newsletter"] = newsletter_object(note);
        if (!note.delivered) continue;
        one["digest"] = note.delivered->digest.hex();
        one["from_line"] = Passage::line(valid_utf8(note.delivered->from));
        one["subject_line"] = Passage::line(valid_utf8(note.delivered->subject));
    }
    return written(json);
}

std::string recipient_key(std::string_view recipient) { return indexed(address_key(recipient)); }

}  // namespace lazaret::store
