#include "milter/filter/auth/spf.hpp"

#include "base/text.hpp"
#include "milter/filter/auth/ip_address.hpp"
#include "milter/filter/auth/spf_evaluation.hpp"
#include "milter/filter/auth/spf_macros.hpp"

namespace lazaret::filter::auth {
namespace {

// A path of RFC 5321 4.5.3.1.3 has 256 bytes at most; some mail servers take longer ones.
constexpr std::size_t longest_sender = 1024;
constexpr std::size_t longest_helo = 255;
constexpr std::size_t longest_why = 200;

SpfResult none(std::string_view why) { return {Result::None, {}, std::string{why}, {}}; }

// RFC 7208 2.4, 4.3: the null sender is postmaster of HELO; so is who has no local part.
SpfSession session_of(const SpfQuestion& question, const IpAddress& client)
{
    const auto helo = question.helo.substr(0, longest_helo);
    const bool is_helo = question.identity == SpfIdentity::Helo || question.sender.empty();
    const auto sender = is_helo ? '@' + helo : question.sender;
    const auto at = sender.rfind('@');
    SpfSession session{client, helo, {}, {}, question.receiver, question.now};
    session.local_part = at == 0 || at == sender.npos ? "postmaster" : sender.substr(0, at);
    session.sender_domain = at == sender.npos ? "" : sender.substr(at + 1);
    return session;
}

}  // namespace

SpfResult check_spf(const SpfQuestion& question, dns::View& view)
{
    const auto client = IpAddress::parse(question.client_ip);
    if (!client) return none("no address of the client");
    if (question.sender.size() > longest_sender) return none("the sender's address is too long");

    SpfEvaluation evaluation{session_of(question, *client), view};
    auto result = evaluation.run();
    result.why = printable(result.why, longest_why);
    return result;
}

}  // namespace lazaret::filter::auth
