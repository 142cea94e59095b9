#include "milter/filter/rules/network/template_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "milter/filter/rules/network/query_names.hpp"
#include "milter/filter/rules/perl_classes.hpp"
#include "milter/filter/rules/uris/idn.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::size_t most_names = 20;  // that one template becomes

/// The length of the tag that begins behind an underscore at `at`, without the one at its end; 0:
/// there is none. `LASTEXTERNALIP`, `HEADER(From:addr)`.
std::size_t tag_length(std::string_view text, std::size_t at)
{
    auto end = at;
    while (end < text.size() && (is_capital(text[end]) || is_digit(text[end]) || text[end] == '_'))
        ++end;
    if (end == at || !is_capital(text[at])) return 0;
    if (end < text.size() && text[end] == '(') {
        const auto close = text.find(")_", end);
        return close == std::string_view::npos ? 0 : close + 1 - at;
    }
    // The last underscore is its end: `_A_` of `_A_B` is followed by no capital word's end.
    while (end > at && text[end - 1] != '_') --end;
    return end > at ? end - 1 - at : 0;
}

std::vector<std::string> tags_in(std::string_view text)
{
    std::vector<std::string> tags;
    for (auto at = text.find('_'); at != std::string_view::npos; at = text.find('_', at + 1)) {
        const auto length = tag_length(text, at + 1);
        if (length == 0) continue;
        auto tag = std::string{text.substr(at + 1, length)};
        at += length + 1;
        if (std::find(tags.begin(), tags.end(), tag) == tags.end()) tags.push_back(std::move(tag));
    }
    return tags;
}

std::string replaced(std::string text, const std::string& old, const std::string& now)
{
    for (auto at = text.find(old); at != std::string::npos; at = text.find(old, at + now.size()))
        text.replace(at, old.size(), now);
    return text;
}

std::vector<std::string> expanded(const std::string& name, const std::vector<std::string>& tags,
                                  const MessageTags& known)
{
    std::vector<std::string> names{name};
    for (const auto& tag : tags) {
        std::vector<std::string> next;
        for (const auto& value : known.values(tag))
            for (const auto& one : names)
                if (next.size() < most_names) next.push_back(replaced(one, '_' + tag + '_', value));
        names = std::move(next);
    }
    return names;
}

}  // namespace

std::string TemplateRules::add(const NetworkRule& rule, const AskDnsTest& test)
{
    One one{rule, test.name, tags_in(test.name), {}, {}, nullptr};
    for (const auto& tag : one.tags) one.time = std::max(one.time, MessageTags::known(tag));
    for (const auto& type : test.types) {
        if (type == "ANY")
            one.types = {dns::RecordType::A, dns::RecordType::Aaaa, dns::RecordType::Mx,
                         dns::RecordType::Ns, dns::RecordType::Txt};
        else if (const auto known = record_type(type)) one.types.push_back(*known);
    }
    if (one.types.empty())
        return fmt::format("Lazaret reads no records of type {}", test.types.front());
    auto read = test.subtest.empty() ? AnswerTest::any() : AnswerTest::of_template(test.subtest);
    if (!read) return read.error();
    one.test = std::make_shared<const AnswerTest>(std::move(*read));
    all_.push_back(std::move(one));
    return {};
}

void TemplateRules::plan(const MessageTags& tags, MessageTags::Known time, std::size_t scores,
                         NetworkPlan& plan) const
{
    for (const auto& one : all_) {
        if (one.time != time || !one.rule.is_on[scores]) continue;
        for (const auto& name : expanded(one.name, one.tags, tags)) {
            const auto host = ascii_host(name);
            if (!is_valid_host_name(host)) continue;
            for (const auto type : one.types)
                plan.ask(one.rule, dns::question(host, type), one.test);
        }
    }
}

// What stands behind the last tag is the list's.
void TemplateRules::add_zones(std::set<std::string>& zones) const
{
    for (const auto& one : all_) {
        const auto end = one.name.rfind("_.");
        if (end != std::string::npos && end + 2 < one.name.size())
            zones.insert(zone_name(std::string_view{one.name}.substr(end + 2)));
    }
}

}  // namespace lazaret::filter::rules
