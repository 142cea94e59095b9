#include "milter/filter/auth/dmarc.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "milter/filter/auth/public_suffix.hpp"
#include "milter/filter/message/written_addresses.hpp"

namespace lazaret::filter::auth {
namespace {

using Policy = DmarcResult::Policy;

// One `name=value` of a record. Not a TagList: there one mistake makes all unreadable.
struct Part {
    std::string_view name;
    std::string_view value;
};

// The parts of a record that are `name=value`, in order.
std::vector<Part> parts_of(std::string_view text)
{
    constexpr std::size_t most_parts = 100;
    std::vector<Part> parts;
    while (!text.empty() && parts.size() < most_parts) {
        const auto end = std::min(text.find(';'), text.size());
        const auto part = text.substr(0, end);
        if (const auto sign = part.find('='); sign != std::string_view::npos)
            parts.push_back({trimmed(part.substr(0, sign)), trimmed(part.substr(sign + 1))});
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

// The value of that name; the first counts.
std::optional<std::string_view> value_of(const std::vector<Part>& parts, std::string_view name)
{
    const auto found = std::find_if(parts.begin(), parts.end(), [&](const auto& part) {
        return same_ignoring_case(part.name, name);
    });
    if (found == parts.end()) return std::nullopt;
    return found->value;
}

std::optional<Policy> read_policy(std::string_view value)
{
    for (const auto policy : {Policy::None, Policy::Quarantine, Policy::Reject})
        if (same_ignoring_case(value, token(policy))) return policy;
    return std::nullopt;
}

Alignment read_alignment(const std::vector<Part>& parts, std::string_view name)
{
    const auto value = value_of(parts, name).value_or("r");
    return same_ignoring_case(value, "s") ? Alignment::Strict : Alignment::Relaxed;
}

int read_percent(std::string_view value)
{
    const bool is_number =
        !value.empty() && value.size() <= 3 &&
        std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!is_number) return 100;
    return std::min(std::stoi(std::string{value}), 100);
}

// Whether rua= names an address: the least that makes a record without a policy one of use.
bool has_reports(const std::vector<Part>& parts)
{
    const auto value = value_of(parts, "rua").value_or("");
    return starts_ignoring_case(value, "mailto:") && value.find('@') != std::string_view::npos;
}

// What was found at one name.
struct Discovered {
    std::string domain;  // where
    std::string record;  // empty: there is none
    std::optional<Refusal> refusal;
};

Discovered look_up(const std::string& domain, dns::View& dns)
{
    Discovered found{domain, {}, std::nullopt};
    const auto& answer = dns.ask(dns::question("_dmarc." + domain, dns::RecordType::Txt));
    if (!answer.is_found() && !answer.is_void())
        found.refusal = Refusal{Result::TempError, "the record could not be looked up"};
    for (const auto& record : answer.records) {
        if (!is_dmarc_record(record)) continue;
        if (!found.record.empty())
            found.refusal = Refusal{Result::None, "there are several records"};
        found.record = record;
    }
    return found;
}

// The record of the domain, else that of its organisation (RFC 7489 6.6.3).
Discovered discover(const std::string& from, dns::View& dns)
{
    const auto organisation = organisational_domain(from);
    dns.foresee(dns::question("_dmarc." + organisation, dns::RecordType::Txt));
    auto found = look_up(from, dns);
    if (!found.refusal && found.record.empty() && organisation != from)
        found = look_up(organisation, dns);
    if (!found.refusal && found.record.empty())
        found.refusal = Refusal{Result::None, "there is no record"};
    return found;
}

// Domains of authors that are looked at: each costs two look-ups.
constexpr std::size_t most_domains = 4;

// The domains that From names, each once, one more than are looked at.
std::vector<std::string> author_domains(const Message& message)
{
    std::vector<std::string> domains;
    const auto add = [&](const Address& author) {
        const auto& domain = author.domain;
        if (domains.size() > most_domains || domain.starts_with('[')) return;
        if (std::find(domains.begin(), domains.end(), domain) == domains.end())
            domains.push_back(domain);
    };
    for (const auto& author : message.from_addresses) add(author);
    // Nothing is allowed by them, since proofs ask for Message::has_one_author(); but the policies
    // of their domains hold.
    for (const auto& author : message.apparent_authors) add(author);
    return domains;
}

// Why there may be other authors than those that were read; empty where there are none.
std::string why_authors_are_unknown(const Message& message)
{
    const auto fields = message.fields("from");
    if (message.header.cut_short) return "the header is too long to be read whole";
    if (fields.size() > 1) return "there are several From fields";
    const auto has_literal = [](const Address& author) { return author.domain.starts_with('['); };
    const auto& read = message.from_addresses;
    const auto& apparent = message.apparent_authors;
    if (std::ranges::any_of(read, has_literal) || std::ranges::any_of(apparent, has_literal))
        return "an author has no domain";
    if (fields.empty()) return {};
    const auto written = addresses_written(fields.front());
    if (written > 0 && written <= std::max(read.size(), apparent.size())) return {};
    return "not all of From names an author";
}

// What the authenticated domains say of the author's.
void judge(DmarcResult& result, const DmarcRecord& record, const SpfResult& spf,
           const std::vector<DkimResult>& dkim)
{
    const bool spf_counts = is_aligned(spf.domain, result.from_domain, record.spf);
    result.spf_aligned = spf_counts && spf.result == Result::Pass;
    // Which other name below has servers that are gone, a forger can find out. He can find such a
    // selector, too, or write it into SPF's macros by HELO; but honest mail whose key cannot be
    // looked up must not fail.
    const auto is_no_choice = [&](const std::string& name) {
        return name == result.from_domain || name == result.record_domain;
    };
    bool unknown = spf_counts && spf.result == Result::TempError && is_no_choice(spf.domain);
    for (const auto& signature : dkim) {
        const auto& signer = signature.domain;
        if (signature.is_testing || !is_aligned(signer, result.from_domain, record.dkim)) continue;
        if (signature.result == Result::Pass) result.dkim_aligned = true;
        if (signature.result == Result::TempError) unknown = unknown || is_no_choice(signer);
    }
    if (result.spf_aligned || result.dkim_aligned) {
        result.result = Result::Pass;
    } else if (unknown) {
        result.result = Result::TempError;
        result.why = "an aligned domain could not be looked up";
    } else if (spf.is_hidden && (spf_counts || spf.domain.empty())) {
        result.result = Result::None;
        result.why = "SPF is not known behind a relay of this site";
    } else {
        result.result = Result::Fail;
        result.why = "neither SPF nor DKIM is aligned";
    }
}

DmarcResult refused(DmarcResult result, Result because, std::string why)
{
    result.result = because;
    result.why = std::move(why);
    return result;
}

// For one domain of From.
DmarcResult check_domain(const std::string& domain, const SpfResult& spf,
                         const std::vector<DkimResult>& dkim, dns::View& dns)
{
    DmarcResult result;
    result.from_domain = domain;
    const auto found = discover(domain, dns);
    if (found.refusal) return refused(result, found.refusal->result, found.refusal->why);
    result.record_domain = found.domain;
    const auto record = read_dmarc_record(found.record);
    if (!record) return refused(result, Result::PermError, "the record has no policy");
    const bool is_subdomain = found.domain != domain;
    result.policy =
        is_subdomain ? record->subdomain_policy.value_or(record->policy) : record->policy;
    result.percent = record->percent;
    judge(result, *record, spf, dkim);
    return result;
}

// Of several results the one with most of it is that of the message.
std::pair<int, Policy> badness(const DmarcResult& result)
{
    switch (result.result) {
        case Result::Pass: return {0, Policy::None};
        case Result::None: return {1, Policy::None};
        case Result::PermError: return {2, Policy::None};
        case Result::TempError: return {3, Policy::None};
        default: return {4, result.policy};
    }
}

}  // namespace

bool is_aligned(const std::string& authenticated, const std::string& from, Alignment how)
{
    if (authenticated.empty() || from.empty()) return false;
    if (authenticated == from) return true;
    return how == Alignment::Relaxed &&
           organisational_domain(authenticated) == organisational_domain(from);
}

bool is_dmarc_record(std::string_view text)
{
    const auto first = text.substr(0, text.find(';'));
    const auto sign = first.find('=');
    return sign != std::string_view::npos && trimmed(first.substr(0, sign)) == "v" &&
           trimmed(first.substr(sign + 1)) == "DMARC1";
}

std::optional<DmarcRecord> read_dmarc_record(std::string_view text)
{
    if (!is_dmarc_record(text)) return std::nullopt;
    const auto parts = parts_of(text);
    const auto policy = read_policy(value_of(parts, "p").value_or(""));
    const auto sp = value_of(parts, "sp");
    const auto subdomain_policy = sp ? read_policy(*sp) : std::nullopt;
    DmarcRecord record;
    record.dkim = read_alignment(parts, "adkim");
    record.spf = read_alignment(parts, "aspf");
    record.percent = read_percent(value_of(parts, "pct").value_or(""));
    if (policy && (subdomain_policy || !sp)) {
        record.policy = *policy;
        record.subdomain_policy = subdomain_policy;
    } else if (!has_reports(parts)) {
        return std::nullopt;
    }
    return record;
}

DmarcResult check_dmarc(const Message& message, const SpfResult& spf,
                        const std::vector<DkimResult>& dkim, dns::View& dns)
{
    const auto domains = author_domains(message);
    if (domains.empty()) return refused({}, Result::None, "From names no author");
    std::vector<DmarcResult> results;
    for (std::size_t at = 0; at < std::min(domains.size(), most_domains); ++at)
        results.push_back(check_domain(domains[at], spf, dkim, dns));
    // No honest letter has so many; who is behind them may have any policy.
    if (domains.size() > most_domains) {
        auto& too_many =
            results.emplace_back(refused({}, Result::Fail, "From names too many domains"));
        too_many.from_domain = domains.front();
    }
    // Who is shown to a reader is not known; so nothing passes.
    if (const auto unknown = why_authors_are_unknown(message); !unknown.empty())
        results.push_back(refused({}, Result::None, unknown));
    return *std::ranges::max_element(results, {}, badness);
}

}  // namespace lazaret::filter::auth
