#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "milter/filter/auth/ip_address.hpp"
#include "milter/filter/auth/results.hpp"
#include "milter/filter/auth/spf_record.hpp"
#include "milter/filter/dns/answers.hpp"

namespace lazaret::filter::auth {

/// What macros and mechanisms look at, the same through all of one evaluation.
struct SpfSession {
    IpAddress client;
    std::string helo;
    std::string local_part;     ///< of the sender; `postmaster` where there is none
    std::string sender_domain;  ///< whose record is asked for first
    std::string receiver;
    Moment now;
};

/// One run of check_spf(): it keeps count of what the DNS was asked, through all records that
/// include or redirect leads to. For a single run().
class SpfEvaluation {
public:
    SpfEvaluation(SpfSession session, dns::View& view) : session_{std::move(session)}, view_{view}
    {
    }

    SpfResult run();

private:
    // What a record came to.
    struct Verdict {
        Result result = Result::None;
        std::string why;
        std::string domain;            // whose record decided: a redirect leads elsewhere
        std::string_view explanation;  // the domain-spec of its exp=
        bool is_unknown = false;       // the record has not come yet
    };
    // What a mechanism came to. Where an answer has not come yet, No, and is_draft_ is set.
    struct Match {
        enum class State { No, Yes, TempError, PermError };
        State state = State::No;
        std::string why = {};  // of an error
    };

    Verdict check_host(const std::string& domain);
    Verdict evaluate(const SpfRecord& record, const std::string& domain);
    Verdict redirect(const SpfRecord& record, const std::string& domain);
    lazaret::Result<std::string_view, Verdict> record_of(const std::string& domain);

    Match match(const SpfMechanism& mechanism, const std::string& domain);
    Match match_include(const std::string& target);
    Match match_a(const std::string& target, const SpfMechanism& mechanism);
    Match match_mx(const std::string& target, const SpfMechanism& mechanism);
    Match match_ptr(const std::string& target);
    Match match_exists(const std::string& target);

    // The answer; null when it has not come yet.
    const dns::Answer* look_up(const std::string& name, dns::RecordType type);
    // The answer to what a term itself names, when there are records.
    lazaret::Result<const dns::Answer*, Match> records_of(const std::string& name,
                                                          dns::RecordType type);
    [[nodiscard]] bool has_client(const dns::Answer& addresses, const SpfMechanism& bits) const;
    [[nodiscard]] dns::RecordType address_type() const;

    // These have nothing while an answer has not come yet.
    std::optional<std::span<const std::string>> names_of_client();  // the first ten
    std::optional<bool> leads_to_client(const std::string& name);
    std::optional<std::string> validated_name(const std::string& domain);
    const std::optional<std::string>& kept_name(const std::string& domain);
    std::optional<std::string> macro_value(char letter, const std::string& domain);
    std::optional<std::string> expand(std::string_view spec, const std::string& domain);
    std::string explanation_of(const Verdict& verdict);

    SpfSession session_;
    dns::View& view_;
    std::size_t terms_ = 0;  // that needed the DNS
    std::size_t voids_ = 0;  // whose look-up found nothing
    bool is_draft_ = false;  // an answer has not come yet
    // By domain: a record may have %{p} two thousand times.
    std::map<std::string, std::optional<std::string>> validated_names_;
};

}  // namespace lazaret::filter::auth
