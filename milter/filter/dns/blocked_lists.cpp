#include "milter/filter/dns/blocked_lists.hpp"

#include <algorithm>

#include "base/records/address.hpp"

namespace lazaret::filter::dns {
namespace {

bool is_below(std::string_view name, std::string_view zone)
{
    return name != zone && is_same_or_below(name, zone);
}

bool has_refusal(const Question& question, const Answer& answer)
{
    return std::any_of(answer.records.begin(), answer.records.end(), [&](const auto& record) {
        return is_refusal(question.name, question.type, record);
    });
}

}  // namespace

bool is_refusal(std::string_view name, RecordType type, std::string_view record)
{
    if (type != RecordType::A || !record.starts_with("127.")) return false;
    if (record.starts_with("127.255.255.")) return true;
    if (record == "127.0.0.1") return is_below(name, "uribl.com") || is_below(name, "surbl.org");
    return record.starts_with("127.0.") && record.ends_with(".255") &&
           is_below(name, "list.dnswl.org");
}

std::set<std::string> blocked_lists(const Answers& answers, const std::set<std::string>& zones)
{
    std::set<std::string> blocked;
    for (const auto& [question, answer] : answers) {
        if (!has_refusal(question, answer)) continue;
        // The longest of the zones that it is below: a list may stand in another's domain.
        for (std::string_view name = question.name; !name.empty();) {
            const auto dot = name.find('.');
            if (dot == std::string_view::npos) break;
            name.remove_prefix(dot + 1);
            if (const auto zone = zones.find(std::string{name}); zone != zones.end()) {
                blocked.insert(*zone);
                break;
            }
        }
    }
    return blocked;
}

}  // namespace lazaret::filter::dns
