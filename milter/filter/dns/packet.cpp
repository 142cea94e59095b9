#include "milter/filter/dns/packet.hpp"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <resolv.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace lazaret::filter::dns {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

constexpr seconds longest_life = 1h;
constexpr seconds longest_negative_life = 10min;
constexpr seconds failure_life = 5s;
constexpr std::size_t size_of_soa_numbers = 5 * NS_INT32SZ;

// RFC 2181 8: a number with the highest bit set is none.
seconds life(unsigned long on_the_wire)
{
    return on_the_wire >> 31U != 0 ? 0s : std::min(seconds{on_the_wire}, longest_life);
}

using Record = std::pair<unsigned, std::string>;  // preference, data

std::optional<std::string> address(std::span<const unsigned char> data, int family)
{
    if (data.size() != (family == AF_INET ? 4U : 16U)) return std::nullopt;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (!inet_ntop(family, data.data(), text.data(), text.size())) return std::nullopt;
    return std::string{text.data()};
}

std::optional<std::string> name(const ns_msg& message, std::span<const unsigned char> data)
{
    std::array<char, NS_MAXDNAME> text{};
    if (ns_name_uncompress(ns_msg_base(message), ns_msg_end(message), data.data(), text.data(),
                           text.size()) < 0)
        return std::nullopt;
    const std::string_view found{text.data()};
    return found == "." ? std::string{} : ascii_lower(found);
}

std::optional<std::string> joined_strings(std::span<const unsigned char> data)
{
    std::string text;
    while (!data.empty()) {
        const std::size_t size = data.front();
        if (size + 1 > data.size()) return std::nullopt;
        const auto string = data.subspan(1, size);
        text.append(string.begin(), string.end());
        data = data.subspan(size + 1);
    }
    return text;
}

std::optional<Record> record_of(const ns_msg& message, const ns_rr& record, RecordType type)
{
    const std::span data{ns_rr_rdata(record), std::size_t{record.rdlength}};
    std::optional<std::string> text;
    unsigned preference = 0;
    switch (type) {
        case RecordType::A: text = address(data, AF_INET); break;
        case RecordType::Aaaa: text = address(data, AF_INET6); break;
        case RecordType::Ns:
        case RecordType::Ptr: text = name(message, data); break;
        case RecordType::Txt: text = joined_strings(data); break;
        case RecordType::Mx:
            if (data.size() < 3) return std::nullopt;
            preference = ns_get16(data.data());
            text = name(message, data.subspan(2));
            break;
    }
    if (!text) return std::nullopt;
    return Record{preference, std::move(*text)};
}

Answer answer_in(ns_msg& message, RecordType type)
{
    using State = Answer::State;
    switch (ns_msg_getflag(message, ns_f_rcode)) {
        case ns_r_noerror: break;
        case ns_r_nxdomain: return {State::NoName, {}};
        default: return {State::Failed, {}};
    }
    std::vector<Record> records;
    std::size_t room = most_data;
    bool is_cut = false;
    const int count = ns_msg_count(message, ns_s_an);
    for (int at = 0; at < count && records.size() < most_records; ++at) {
        ns_rr record{};
        if (ns_parserr(&message, ns_s_an, at, &record) != 0) return {State::Failed, {}};
        if (ns_rr_type(record) != wire_type(type) || ns_rr_class(record) != ns_c_in) continue;
        auto read = record_of(message, record, type);
        if (!read) return {State::Failed, {}};
        if (read->second.size() > room) {
            is_cut = true;
            continue;
        }
        room -= read->second.size();
        records.push_back(std::move(*read));
    }
    if (records.empty()) return {is_cut ? State::Failed : State::NoData, {}};
    std::ranges::stable_sort(records, {}, &Record::first);
    Answer answer{State::Found, {}};
    for (auto& record : records) answer.records.push_back(std::move(record.second));
    return answer;
}

// How long all records of the answer live; the aliases in front of the data count.
seconds least_time_to_live(ns_msg& message)
{
    auto least = longest_life;
    const int count = ns_msg_count(message, ns_s_an);
    for (int at = 0; at < count && least != 0s; ++at) {
        ns_rr record{};
        if (ns_parserr(&message, ns_s_an, at, &record) != 0) return 0s;
        least = std::min(least, life(ns_rr_ttl(record)));
    }
    return least;
}

// RFC 2308 5: the lesser of the SOA record's own time and its last number; without one nothing says
// how long.
seconds negative_time_to_live(ns_msg& message)
{
    const int count = ns_msg_count(message, ns_s_ns);
    for (int at = 0; at < count; ++at) {
        ns_rr record{};
        if (ns_parserr(&message, ns_s_ns, at, &record) != 0) return 0s;
        if (ns_rr_type(record) != ns_t_soa || record.rdlength < size_of_soa_numbers) continue;
        const auto* const minimum = ns_rr_rdata(record) + record.rdlength - NS_INT32SZ;
        return std::min({longest_negative_life, life(ns_rr_ttl(record)), life(ns_get32(minimum))});
    }
    return 0s;
}

}  // namespace

int wire_type(RecordType type)
{
    switch (type) {
        case RecordType::A: return ns_t_a;
        case RecordType::Aaaa: return ns_t_aaaa;
        case RecordType::Mx: return ns_t_mx;
        case RecordType::Ns: return ns_t_ns;
        case RecordType::Ptr: return ns_t_ptr;
        case RecordType::Txt: return ns_t_txt;
    }
    return ns_t_invalid;
}

bool is_truncated(Packet packet)
{
    ns_msg message{};
    return ns_initparse(packet.data(), static_cast<int>(packet.size()), &message) != 0 ||
           ns_msg_getflag(message, ns_f_tc) != 0;
}

bool refuses_edns(Packet packet)
{
    ns_msg message{};
    if (ns_initparse(packet.data(), static_cast<int>(packet.size()), &message) != 0 ||
        ns_msg_getflag(message, ns_f_rcode) != ns_r_formerr)
        return false;
    const int count = ns_msg_count(message, ns_s_ar);
    for (int at = 0; at < count; ++at) {
        ns_rr record{};
        if (ns_parserr(&message, ns_s_ar, at, &record) != 0) return true;
        if (ns_rr_type(record) == ns_t_opt) return false;
    }
    return true;
}

Reply reply_of(Packet packet, RecordType type)
{
    ns_msg message{};
    if (ns_initparse(packet.data(), static_cast<int>(packet.size()), &message) != 0)
        return {{Answer::State::Failed, {}}, failure_life};
    Reply reply{answer_in(message, type), failure_life};
    if (reply.answer.is_found()) reply.lives = least_time_to_live(message);
    else if (reply.answer.is_void())
        reply.lives = std::min(least_time_to_live(message), negative_time_to_live(message));
    return reply;
}

}  // namespace lazaret::filter::dns
