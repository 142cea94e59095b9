#include "milter/filter/auth/spf_evaluation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/records/address.hpp"
#include "milter/filter/auth/spf_macros.hpp"

namespace lazaret::filter::auth {
namespace {

using dns::RecordType;

// RFC 7208 4.6.4
constexpr std::size_t most_terms = 10;
constexpr std::size_t most_voids = 2;
constexpr std::size_t most_hosts = 10;
constexpr std::size_t most_names = 10;

constexpr std::string_view too_many_terms = "more than 10 terms that ask the DNS";

// RFC 7208 4.3: a name of several labels. A literal is none.
bool is_domain(std::string_view name)
{
    return name.find('.') != name.npos && !name.starts_with('[');
}

std::string no_answer_for(std::string_view name)
{
    return fmt::format("the look-up of {} failed", name);
}

}  // namespace

SpfResult SpfEvaluation::run()
{
    const auto domain = dns::question(session_.sender_domain, RecordType::Txt).name;
    auto verdict = check_host(domain);
    SpfResult result{verdict.result, domain, std::move(verdict.why), {}};
    if (verdict.result == Result::Fail) result.explanation = explanation_of(verdict);
    return result;
}

// RFC 7208 4.3 to 4.5
lazaret::Result<std::string_view, SpfEvaluation::Verdict> SpfEvaluation::record_of(
    const std::string& domain)
{
    if (!is_domain(dns::question(domain, RecordType::Txt).name))
        return because(Verdict{Result::None, "no domain name", domain, {}});
    const auto* answer = look_up(domain, RecordType::Txt);
    if (answer == nullptr) return because(Verdict{Result::None, "", domain, {}, true});
    if (!answer->is_found() && !answer->is_void())
        return because(Verdict{Result::TempError, no_answer_for(domain), domain, {}});

    const auto& records = answer->records;
    const auto record = std::ranges::find_if(records, is_spf_record);
    if (record == records.end())
        return because(Verdict{Result::None, fmt::format("{} has no record", domain), domain, {}});
    if (std::find_if(std::next(record), records.end(), is_spf_record) != records.end())
        return because(
            Verdict{Result::PermError, fmt::format("{} has two records", domain), domain, {}});
    return *record;
}

SpfEvaluation::Verdict SpfEvaluation::check_host(const std::string& domain)
{
    const auto text = record_of(domain);
    if (!text) return text.error();
    if (text->size() > longest_spf_record)
        return {Result::PermError, fmt::format("the record of {} is too long", domain), domain, {}};
    const auto record = read_spf_record(*text);
    if (!record)
        return {Result::PermError,
                fmt::format("the record of {} is malformed at {}", domain,
                            printable(record.error(), 60)),
                domain,
                {}};
    return evaluate(*record, domain);
}

// RFC 7208 4.6.2, 4.7
SpfEvaluation::Verdict SpfEvaluation::evaluate(const SpfRecord& record, const std::string& domain)
{
    for (const auto& mechanism : record.mechanisms) {
        auto found = match(mechanism, domain);
        switch (found.state) {
            case Match::State::No: continue;
            case Match::State::Yes:
                return {mechanism.qualifier,
                        fmt::format("{} of {}", printable(mechanism.text, 80), domain), domain,
                        record.explanation};
            case Match::State::TempError:
                return {Result::TempError, std::move(found.why), domain, {}};
            case Match::State::PermError:
                return {Result::PermError, std::move(found.why), domain, {}};
        }
    }
    if (!record.redirect.empty()) return redirect(record, domain);
    return {
        Result::Neutral, fmt::format("nothing in the record of {} matches", domain), domain, {}};
}

// RFC 7208 6.1
SpfEvaluation::Verdict SpfEvaluation::redirect(const SpfRecord& record, const std::string& domain)
{
    if (++terms_ > most_terms) return {Result::PermError, std::string{too_many_terms}, domain, {}};
    const auto target = expand(record.redirect, domain);
    if (!target) return {Result::None, "", domain, {}, true};
    auto verdict = check_host(*target);
    if (verdict.result == Result::None) verdict.result = Result::PermError;
    return verdict;
}

SpfEvaluation::Match SpfEvaluation::match(const SpfMechanism& mechanism, const std::string& domain)
{
    using Kind = SpfMechanism::Kind;
    const auto yes_if = [](bool matches) {
        return Match{matches ? Match::State::Yes : Match::State::No};
    };
    switch (mechanism.kind) {
        case Kind::All: return yes_if(true);
        // Each for clients of its family only (5.6), whatever a mapped address looks like.
        case Kind::Ip4:
            return yes_if(session_.client.is_v4() &&
                          session_.client.shares(mechanism.network, mechanism.ip4_bits));
        case Kind::Ip6:
            return yes_if(!session_.client.is_v4() &&
                          session_.client.shares(mechanism.network, mechanism.ip6_bits));
        default: break;
    }
    if (++terms_ > most_terms) return {Match::State::PermError, std::string{too_many_terms}};
    const auto target = mechanism.domain.empty() ? domain : expand(mechanism.domain, domain);
    if (!target) return {};
    switch (mechanism.kind) {
        case Kind::Include: return match_include(*target);
        case Kind::A: return match_a(*target, mechanism);
        case Kind::Mx: return match_mx(*target, mechanism);
        case Kind::Ptr: return match_ptr(*target);
        default: return match_exists(*target);
    }
}

// RFC 7208 5.2
SpfEvaluation::Match SpfEvaluation::match_include(const std::string& target)
{
    auto verdict = check_host(target);
    if (verdict.is_unknown) return {};
    switch (verdict.result) {
        case Result::Pass: return {Match::State::Yes};
        case Result::TempError: return {Match::State::TempError, std::move(verdict.why)};
        case Result::PermError:
        case Result::None: return {Match::State::PermError, std::move(verdict.why)};
        default: return {};
    }
}

// RFC 7208 5.3
SpfEvaluation::Match SpfEvaluation::match_a(const std::string& target,
                                            const SpfMechanism& mechanism)
{
    const auto addresses = records_of(target, address_type());
    if (!addresses) return addresses.error();
    return {has_client(**addresses, mechanism) ? Match::State::Yes : Match::State::No};
}

// RFC 7208 5.4
SpfEvaluation::Match SpfEvaluation::match_mx(const std::string& target,
                                             const SpfMechanism& mechanism)
{
    const auto hosts = records_of(target, RecordType::Mx);
    if (!hosts) return hosts.error();
    std::size_t looked_at = 0;
    for (const auto& host : (*hosts)->records) {
        if (host.empty()) continue;  // "null MX"
        if (++looked_at > most_hosts)
            return {Match::State::PermError, fmt::format("more than 10 hosts in MX of {}", target)};
        const auto* addresses = look_up(host, address_type());
        if (addresses == nullptr) continue;
        if (addresses->is_found()) {
            if (has_client(*addresses, mechanism)) return {Match::State::Yes};
        } else if (!addresses->is_void()) {
            return {Match::State::TempError, no_answer_for(host)};
        }
    }
    return {};
}

// RFC 7208 5.5: what fails here does not match, for it is the client's DNS and not the domain's.
SpfEvaluation::Match SpfEvaluation::match_ptr(const std::string& target)
{
    const auto domain = dns::question(target, RecordType::A).name;
    const auto names = names_of_client();
    if (domain.empty() || !names) return {};
    for (const auto& name : *names)
        if (is_same_or_below(name, domain) && leads_to_client(name).value_or(false))
            return {Match::State::Yes};
    return {};
}

// RFC 7208 5.7: A, for IPv6 clients as well.
SpfEvaluation::Match SpfEvaluation::match_exists(const std::string& target)
{
    const auto addresses = records_of(target, RecordType::A);
    return addresses ? Match{Match::State::Yes} : addresses.error();
}

const dns::Answer* SpfEvaluation::look_up(const std::string& name, dns::RecordType type)
{
    const auto* answer = view_.find(dns::question(name, type));
    if (!answer) is_draft_ = true;
    return answer;
}

lazaret::Result<const dns::Answer*, SpfEvaluation::Match> SpfEvaluation::records_of(
    const std::string& name, dns::RecordType type)
{
    const auto* answer = look_up(name, type);
    if (answer == nullptr) return because(Match{});
    if (answer->is_found()) return answer;
    if (!answer->is_void()) return because(Match{Match::State::TempError, no_answer_for(name)});
    if (++voids_ > most_voids)
        return because(Match{Match::State::PermError, "more than 2 look-ups that found nothing"});
    return because(Match{});
}

bool SpfEvaluation::has_client(const dns::Answer& addresses, const SpfMechanism& bits) const
{
    return std::ranges::any_of(addresses.records, [&](const std::string& text) {
        const auto address = IpAddress::parse(text);
        return address &&
               session_.client.shares(*address, address->is_v4() ? bits.ip4_bits : bits.ip6_bits);
    });
}

dns::RecordType SpfEvaluation::address_type() const
{
    return session_.client.is_v4() ? RecordType::A : RecordType::Aaaa;
}

std::optional<std::span<const std::string>> SpfEvaluation::names_of_client()
{
    const auto zone = session_.client.is_v4() ? ".in-addr.arpa" : ".ip6.arpa";
    const auto* answer = look_up(dns::reversed(session_.client.text()) + zone, RecordType::Ptr);
    if (answer == nullptr) return std::nullopt;
    const auto count = std::min(answer->records.size(), most_names);
    return std::span{answer->records}.first(count);
}

std::optional<bool> SpfEvaluation::leads_to_client(const std::string& name)
{
    const auto* addresses = look_up(name, address_type());
    if (addresses == nullptr) return std::nullopt;
    return has_client(*addresses, {});
}

// RFC 7208 7.3: the domain itself, else a name below it, else any that leads back to the client.
std::optional<std::string> SpfEvaluation::validated_name(const std::string& domain)
{
    const auto own = dns::question(domain, RecordType::A).name;
    const auto names = names_of_client();
    if (!names) return std::nullopt;
    std::string best = "unknown";
    int best_worth = 0;
    bool are_known = true;
    for (const auto& name : *names) {
        const int worth = own.empty() || !is_same_or_below(name, own) ? 1 : name != own ? 2 : 3;
        const auto leads = leads_to_client(name);
        are_known = are_known && leads.has_value();
        if (!leads.value_or(false) || worth <= best_worth) continue;
        best = name;
        best_worth = worth;
    }
    if (!are_known) return std::nullopt;
    return best;
}

const std::optional<std::string>& SpfEvaluation::kept_name(const std::string& domain)
{
    const auto [kept, is_new] = validated_names_.try_emplace(domain);
    if (is_new) kept->second = validated_name(domain);
    return kept->second;
}

// RFC 7208 7.2
std::optional<std::string> SpfEvaluation::macro_value(char letter, const std::string& domain)
{
    switch (letter) {
        case 's': return session_.local_part + '@' + session_.sender_domain;
        case 'l': return session_.local_part;
        case 'o': return session_.sender_domain;
        case 'd': return domain;
        case 'i': return session_.client.dotted();
        case 'p': return kept_name(domain);
        case 'v': return session_.client.is_v4() ? "in-addr" : "ip6";
        case 'h': return session_.helo;
        case 'c': return session_.client.text();
        case 'r': return session_.receiver.empty() ? "unknown" : session_.receiver;
        default:  // t
            return std::to_string(
                std::chrono::floor<std::chrono::seconds>(session_.now).time_since_epoch().count());
    }
}

std::optional<std::string> SpfEvaluation::expand(std::string_view spec, const std::string& domain)
{
    return expand_domain(spec, [&](char letter) { return macro_value(letter, domain); });
}

// RFC 7208 6.2: none where anything is wrong with it. Counted by no limit (4.6.4).
std::string SpfEvaluation::explanation_of(const Verdict& verdict)
{
    if (verdict.explanation.empty() || is_draft_) return {};
    const auto name = expand(verdict.explanation, verdict.domain);
    if (!name) return {};
    const auto* answer = look_up(*name, RecordType::Txt);
    if (answer == nullptr || answer->records.size() != 1 ||
        !is_explanation(answer->records.front()))
        return {};
    return expand_explanation(answer->records.front(),
                              [&](char letter) { return macro_value(letter, verdict.domain); })
        .value_or("");
}

}  // namespace lazaret::filter::auth
