#include "milter/filter/rules/rendering/header_query.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/rules/perl_classes.hpp"
#include "milter/filter/rules/relays/ip_text.hpp"
#include "milter/filter/rules/rendering/header_addresses.hpp"
#include "milter/filter/rules/rendering/header_block.hpp"
#include "milter/filter/rules/uris/idn.hpp"

namespace lazaret::filter::rules {

namespace {

using Values = std::vector<std::string>;

constexpr auto npos = std::string_view::npos;

/// A raw value with each fold as one blank.
std::string unfolded(std::string_view raw)
{
    std::string value;
    for (std::size_t at = 0; at < raw.size(); ++at) {
        if (raw[at] == '\n' && at + 1 < raw.size() && is_blank(raw[at + 1])) {
            at = std::min(blanks.first_not_in(raw, at), raw.size()) - 1;
            value += ' ';
        } else {
            value += raw[at];
        }
    }
    return value;
}

void append_fields(const RuleHeaders& headers, std::string_view name, bool is_raw, Values& values)
{
    for (const auto* field : headers.named(name))
        values.push_back(is_raw ? unfolded(field->raw) : field->value + "\n");
}

/// The values of all fields of that name, a line each: what most rules ask for.
std::optional<std::string> lines_of(const RuleHeaders& headers, std::string_view name)
{
    std::optional<std::string> lines;
    for (const auto* field : headers.named(name)) {
        if (!lines) lines.emplace();
        lines->append(field->value).append("\n");
    }
    return lines;
}

/// A name as people see it: words decoded, blanks single, without single quotes around it.
std::string readable_name(std::string_view name, std::string_view field)
{
    std::string plain;
    for (std::size_t at = 0; at < name.size(); ++at) {
        if (name[at] == '\n') {
            if (at + 1 < name.size() && name[at + 1] == '\t') {
                plain += ' ';
                ++at;
            }
        } else if (name[at] != '\r' || at + 1 == name.size() || name[at + 1] != '\n') {
            plain += name[at];
        }
    }
    const auto decoded = decoded_field(plain, field);
    if (blanks.first_not_in(decoded) == npos) return decoded;
    std::string readable;
    for (const char c : decoded) {
        if (!is_blank(c)) readable += c;
        else if (!readable.empty() && readable.back() != ' ') readable += ' ';
    }
    if (readable.ends_with(' ')) readable.pop_back();
    if (readable.size() >= 2 && readable.front() == '\'' && readable.back() == '\'')
        readable = readable.substr(1, readable.size() - 2);
    return readable;
}

/// The longest host that begins at `at` and ends in a top-level domain; empty when there is none.
std::string_view host_at(std::string_view line, std::size_t at,
                         const RegistryBoundaries& boundaries)
{
    constexpr std::size_t longest = 251;
    const auto end = std::min({blanks.first_in(line, at), line.size(), at + longest + 64});
    for (auto dot = line.rfind('.', end == 0 ? 0 : end - 1); dot != npos && dot > at;
         dot = line.rfind('.', dot - 1)) {
        if (dot - at > longest) continue;
        auto behind = dot + 1;
        while (behind < line.size() && line[behind] != '_' &&
               (is_word(line[behind]) || line[behind] == '-'))
            ++behind;
        const bool ends =
            behind == line.size() || std::string_view{"._-"}.find(line[behind]) == npos;
        if (ends && boundaries.is_top_level(line.substr(dot + 1, behind - dot - 1)))
            return line.substr(at, behind - at);
    }
    return {};
}

/// The host behind the last `@` that has one.
std::string_view host_behind_sign(std::string_view line, const RegistryBoundaries& boundaries)
{
    for (auto sign = line.rfind('@'); sign != npos; sign = line.rfind('@', sign - 1)) {
        if (const auto host = host_at(line, sign + 1, boundaries); !host.empty()) return host;
        if (sign == 0) break;
    }
    return {};
}

std::string_view host_in(std::string_view line, const RegistryBoundaries& boundaries)
{
    constexpr std::size_t longest_line = 8192;
    line = line.substr(0, longest_line);
    const auto is_good = [](std::string_view host) {
        return !host.empty() && is_valid_host_name(ascii_host(host));
    };
    if (const auto host = host_behind_sign(line, boundaries); is_good(host)) return host;
    for (std::size_t at = 0; at < line.size();) {
        at = blanks.first_not_in(line, at);
        if (at == npos) break;
        const bool may = at == 0 || std::string_view{"._-"}.find(line[at - 1]) == npos;
        const auto host = may ? host_at(line, at, boundaries) : std::string_view{};
        if (is_good(host)) return host;
        // Within a word no later place gives a host that this one does not.
        at = host.empty() ? std::min(blanks.first_in(line, at), line.size()) : at + host.size();
    }
    return {};
}

/// The first address that stands for itself, not inside a longer number or name.
std::string_view ip_in(std::string_view line)
{
    for (std::size_t at = 0; at < line.size(); ++at) {
        if (!is_word(line[at]) || (at > 0 && (is_word(line[at - 1]) || line[at - 1] == '.')))
            continue;
        const auto length = ip_length(line, at);
        const auto end = at + length;
        // `::` at the end is not the end of a word.
        if (length > 0 && is_word(line[end - 1]) &&
            (end == line.size() || (!is_word(line[end]) && line[end] != '.')))
            return line.substr(at, length);
    }
    return {};
}

}  // namespace

struct HeaderQuery::Known {
    std::string_view name;
    Subject subject;
    bool is_in_capitals;
};

struct HeaderQuery::Modifier {
    std::string_view name;
    std::array<bool HeaderQuery::*, 2> sets;
};

std::span<const HeaderQuery::Modifier> HeaderQuery::modifiers()
{
    static constexpr auto all = std::to_array<Modifier>({
        {"raw", {&HeaderQuery::is_raw_, &HeaderQuery::is_raw_}},
        {"addr", {&HeaderQuery::wants_address_, &HeaderQuery::wants_address_}},
        {"name", {&HeaderQuery::wants_name_, &HeaderQuery::wants_name_}},
        {"host", {&HeaderQuery::wants_host_, &HeaderQuery::wants_host_}},
        {"domain", {&HeaderQuery::wants_host_, &HeaderQuery::wants_domain_}},
        {"ip", {&HeaderQuery::wants_ip_, &HeaderQuery::wants_ip_}},
        {"revip", {&HeaderQuery::wants_ip_, &HeaderQuery::wants_reversed_ip_}},
        {"first", {&HeaderQuery::wants_first_, &HeaderQuery::wants_first_}},
        {"last", {&HeaderQuery::wants_last_, &HeaderQuery::wants_last_}},
    });
    return all;
}

bool HeaderQuery::is_modifier(std::string_view word)
{
    return std::ranges::find(modifiers(), word, &Modifier::name) != modifiers().end();
}

bool HeaderQuery::is_of_whole_fields() const noexcept
{
    return subject_ >= Subject::All && subject_ <= Subject::AllExternal;
}

HeaderQuery HeaderQuery::parse(std::string_view text)
{
    static constexpr auto subjects = std::to_array<Known>({
        {"ALL", Subject::All, true},
        {"ALL-TRUSTED", Subject::AllTrusted, true},
        {"ALL-UNTRUSTED", Subject::AllUntrusted, true},
        {"ALL-INTERNAL", Subject::AllInternal, true},
        {"ALL-EXTERNAL", Subject::AllExternal, true},
        {"MESSAGEID", Subject::MessageId, true},
        {"EnvelopeFrom", Subject::EnvelopeFrom, false},
        {"ToCc", Subject::ToCc, false},
        {"X-Spam-Relays-Trusted", Subject::RelaysTrusted, false},
        {"X-Spam-Relays-Untrusted", Subject::RelaysUntrusted, false},
        {"X-Spam-Relays-Internal", Subject::RelaysInternal, false},
        {"X-Spam-Relays-External", Subject::RelaysExternal, false},
    });
    HeaderQuery query;
    auto colon = text.find(':');
    query.name_ = text.substr(0, colon);
    while (colon != npos) {
        text.remove_prefix(colon + 1);
        colon = text.find(':');
        const auto word = text.substr(0, colon);
        for (const auto& modifier : modifiers()) {
            if (modifier.name != word) continue;
            for (const auto set : modifier.sets) query.*set = true;
            query.has_modifier_ = true;
        }
    }
    for (const auto& known : subjects)
        if (known.is_in_capitals ? known.name == query.name_
                                 : same_ignoring_case(known.name, query.name_))
            query.subject_ = known.subject;
    query.name_ = ascii_lower(query.name_);
    return query;
}

FieldLines HeaderQuery::all_fields(const Rendering& rendering) const
{
    return is_raw_ ? raw_field_lines(rendering.header) : field_lines(rendering.headers());
}

LineRange HeaderQuery::range_in(const FieldLines& lines, const Relays& relays) const
{
    // The field of the host that took the message from outside belongs to both sides.
    const int trusted = relays.last_trusted_received + 1;
    const int internal = relays.last_internal_received + 1;
    switch (subject_) {
        case Subject::AllTrusted: return lines_between(lines, std::nullopt, trusted);
        case Subject::AllUntrusted: return lines_between(lines, trusted, std::nullopt);
        case Subject::AllInternal: return lines_between(lines, std::nullopt, internal);
        case Subject::AllExternal: return lines_between(lines, internal, std::nullopt);
        default: return {0, lines.ends.size()};
    }
}

Values HeaderQuery::whole_fields(const Rendering& rendering) const
{
    const auto lines = all_fields(rendering);
    const auto range = range_in(lines, rendering.relays);
    Values values;
    for (auto at = range.begin; at < range.end; ++at) values.emplace_back(lines.line(at));
    return values;
}

std::optional<std::string> HeaderQuery::whole_text(const Rendering& rendering) const
{
    auto lines = all_fields(rendering);
    const auto [begin, end] = range_in(lines, rendering.relays);
    if (begin == end) return std::nullopt;
    lines.text.resize(lines.ends[end - 1]);
    if (begin > 0) lines.text.erase(0, lines.ends[begin - 1]);
    return std::move(lines.text);
}

Values HeaderQuery::unmodified(const Rendering& rendering) const
{
    const auto& headers = rendering.headers();
    const auto& relays = rendering.relays;
    Values values;
    switch (subject_) {
        case Subject::EnvelopeFrom:
            if (relays.envelope_from) values.push_back(*relays.envelope_from);
            break;
        case Subject::RelaysTrusted: return {relays.trusted_text};
        case Subject::RelaysUntrusted: return {relays.untrusted_text};
        case Subject::RelaysInternal: return {relays.internal_text};
        case Subject::RelaysExternal: return {relays.external_text};
        case Subject::ToCc:
            append_fields(headers, "To", is_raw_, values);
            append_fields(headers, "Cc", is_raw_, values);
            break;
        case Subject::MessageId:
            // Mailing lists move the sender's own to another field.
            for (const auto* name :
                 {"X-Message-Id", "Resent-Message-Id", "X-Original-Message-ID", "Message-Id"})
                append_fields(headers, name, is_raw_, values);
            break;
        default:
            for (const auto* field : headers.named(name_))
                values.push_back(is_raw_ ? field->raw : field->value + "\n");
    }
    keep_one(values);
    return values;
}

template <typename Value>
void HeaderQuery::keep_one(std::vector<Value>& values) const
{
    if (values.size() < 2) return;
    if (wants_first_) values.resize(1);
    else if (wants_last_) values.erase(values.begin(), values.end() - 1);
}

void HeaderQuery::add_parts(const std::vector<HeaderAddress>& entries, Values& found) const
{
    for (const auto& entry : entries) {
        if (wants_address_) {
            if (entry.address) found.push_back(*entry.address);
        } else if (entry.name) {
            found.push_back(is_raw_ ? *entry.name : readable_name(*entry.name, name_));
        }
    }
}

Values HeaderQuery::address_parts(const Rendering& rendering) const
{
    Values found;
    if (subject_ == Subject::Field) {
        auto fields = rendering.headers().named(name_);
        keep_one(fields);
        for (const auto* field : fields) add_parts(field->addresses(), found);
        return found;
    }
    for (const auto& value : unmodified(rendering)) add_parts(read_header_addresses(value), found);
    return found;
}

Values HeaderQuery::hosts_in(const Values& values, const RegistryBoundaries& boundaries) const
{
    Values found;
    for (const auto& value : values) {
        std::string_view host;
        if (wants_address_) {
            const auto sign = value.rfind('@');
            if (sign != std::string::npos) host = std::string_view{value}.substr(sign + 1);
            host = host.substr(0, blanks.first_in(host));
        } else {
            host = host_in(value, boundaries);
        }
        if (host.empty() || host == "0") continue;
        if (wants_domain_) {
            const auto small = ascii_lower(host);
            found.emplace_back(boundaries.registered_domain(small));
        } else {
            found.emplace_back(host);
        }
    }
    return found;
}

Values HeaderQuery::ips_in(const Values& values) const
{
    Values found;
    for (const auto& value : values) {
        const auto ip = ip_in(value);
        if (ip.empty()) continue;
        auto text = wants_reversed_ip_ ? reversed_ip(ip) : std::string{ip};
        if (!text.empty()) found.push_back(std::move(text));
    }
    return found;
}

Values HeaderQuery::values(const Rendering& rendering, const RegistryBoundaries& boundaries) const
{
    if (is_of_whole_fields()) return whole_fields(rendering);
    auto values = wants_address_ || wants_name_ ? address_parts(rendering) : unmodified(rendering);
    if (wants_host_) return hosts_in(values, boundaries);
    if (wants_ip_) return ips_in(values);
    return values;
}

std::optional<std::string> HeaderQuery::text(const Rendering& rendering,
                                             const RegistryBoundaries& boundaries) const
{
    if (subject_ == Subject::Field && !has_modifier_) return lines_of(rendering.headers(), name_);
    if (is_of_whole_fields()) return whole_text(rendering);
    const auto all = values(rendering, boundaries);
    if (all.empty()) return std::nullopt;
    const bool has_line_ends = all.front().ends_with('\n');
    std::size_t size = 0;
    for (const auto& value : all) size += value.size() + 1;
    std::string text;
    text.reserve(size);
    for (const auto& value : all) {
        if (!has_line_ends && &value != &all.front()) text += '\n';
        text += value;
    }
    return text;
}

std::string HeaderQuery::first(const Rendering& rendering,
                               const RegistryBoundaries& boundaries) const
{
    const auto all = values(rendering, boundaries);
    if (all.empty()) return {};
    auto text = all.front();
    if (text.ends_with('\n')) text.pop_back();
    return text;
}

}  // namespace lazaret::filter::rules
