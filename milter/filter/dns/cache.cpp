#include "milter/filter/dns/cache.hpp"

#include <utility>

namespace lazaret::filter::dns {
namespace {

constexpr std::size_t of_an_entry = 64;  // so that very small ones are not taken for nothing

std::size_t size_of(const Question& question, const Answer& answer)
{
    auto bytes = of_an_entry + question.name.size();
    for (const auto& record : answer.records) bytes += sizeof record + record.size();
    return bytes;
}

}  // namespace

const Answer* Cache::find(const Question& question, Moment now)
{
    const auto found = entries_.find(question);
    if (found == entries_.end()) return nullptr;
    if (found->second.until <= now) {
        erase(found);
        return nullptr;
    }
    by_use_.splice(by_use_.begin(), by_use_, found->second.place);
    return &found->second.answer;
}

void Cache::put(const Question& question, Answer answer, std::chrono::seconds lives, Moment now)
{
    if (const auto old = entries_.find(question); old != entries_.end()) erase(old);
    const auto bytes = size_of(question, answer);
    if (lives <= std::chrono::seconds{0} || bytes > most_bytes_) return;
    while (bytes_ + bytes > most_bytes_) erase(entries_.find(*by_use_.back()));
    const auto [entry, is_new] =
        entries_.emplace(question, Entry{std::move(answer), now + lives, bytes, {}});
    entry->second.place = by_use_.insert(by_use_.begin(), &entry->first);
    bytes_ += bytes;
}

void Cache::erase(Entries::iterator entry)
{
    bytes_ -= entry->second.bytes;
    by_use_.erase(entry->second.place);
    entries_.erase(entry);
}

}  // namespace lazaret::filter::dns
