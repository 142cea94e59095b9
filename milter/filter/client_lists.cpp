#include "milter/filter/client_lists.hpp"

#include <algorithm>

#include "milter/filter/dns/blocked_lists.hpp"

namespace lazaret::filter {
namespace {

// None for a text that is no address.
std::optional<dns::Question> question_of(const BlockList& list, std::string_view client_ip)
{
    const auto reversed = dns::reversed(client_ip);
    if (reversed.empty()) return std::nullopt;
    return dns::question(reversed + '.' + list.zone, dns::RecordType::A);
}

bool is_listed(const BlockList& list, const dns::Question& question, const dns::Answer& answer)
{
    return std::any_of(answer.records.begin(), answer.records.end(), [&](const auto& record) {
        return list.counts.hold(record) && !dns::is_refusal(question.name, question.type, record);
    });
}

}  // namespace

ClientLists::ClientLists(std::span<const std::string> lists)
{
    for (const auto& text : lists)
        if (auto list = BlockList::parse(text)) lists_.push_back(std::move(*list));
}

std::set<std::string> ClientLists::zones() const
{
    std::set<std::string> zones;
    for (const auto& list : lists_) zones.insert(list.zone);
    return zones;
}

dns::Questions ClientLists::questions(std::string_view client_ip) const
{
    dns::Questions questions;
    for (const auto& list : lists_)
        if (auto question = question_of(list, client_ip)) questions.insert(std::move(*question));
    return questions;
}

std::optional<std::string> ClientLists::listing(std::string_view client_ip,
                                                const dns::Answers& answers) const
{
    for (const auto& list : lists_) {
        const auto question = question_of(list, client_ip);
        const auto answer = question ? answers.find(*question) : answers.end();
        if (answer != answers.end() && is_listed(list, *question, answer->second)) return list.name;
    }
    return std::nullopt;
}

}  // namespace lazaret::filter
