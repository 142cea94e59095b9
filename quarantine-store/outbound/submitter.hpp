#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/config/configuration.hpp"
#include "base/error.hpp"

namespace lazaret::store {

/// A message that Lazaret hands to the MTA.
struct Submission {
    std::string sender;      ///< MAIL FROM without brackets; empty for the null sender
    std::string recipient;   ///< the only RCPT TO, without brackets
    std::string_view bytes;  ///< lines in CRLF; sent as they are
    std::string seal;        ///< value of the seal header, put in front of the bytes
    bool eight_bit = false;
    bool utf8 = false;
};

/// The MTA answered, and did not take the mail. `what()` has its reply.
class SubmissionRefused : public Error {
public:
    SubmissionRefused(int code, const std::string& reply)
        : Error{Kind::Unavailable, "the mail server answered: {}", reply}, code_{code}
    {
    }

    /// Whether trying again is of no use (5xx).
    [[nodiscard]] bool is_permanent() const noexcept { return code_ >= 500; }
    [[nodiscard]] int code() const noexcept { return code_; }

private:
    int code_;  ///< the SMTP code, 400 to 599
};

/// The MTA had the whole message and then said nothing: it may have taken it or not.
class SubmissionInDoubt : public Error {
public:
    explicit SubmissionInDoubt(const std::string& why) : Error{Kind::Unavailable, "{}", why} {}
};

/// How long the MTA may take for its answer to the whole message (RFC 5321 4.5.3.2.6): filters in
/// front of its queue work then. Who gives up before that, and tries again, sends it twice.
inline constexpr std::chrono::minutes taking_time{10};

/// The seam through which mail leaves.
class Submitter {
public:
    virtual ~Submitter() = default;

    /// Returns when the MTA said 250. Throws SubmissionRefused when it said 4xx or 5xx,
    /// SubmissionInDoubt, or another Error{Unavailable} when it cannot be reached or the
    /// connection broke before it had the message.
    virtual void submit(const Submission& submission) = 0;
};

/// What becomes of the connection after a message that the MTA took.
enum class Connections {
    Closed,  ///< one a message: for mail that is sent now and then
    Kept,    ///< used for the next one, and closed with the submitter; for many in a row
};

/// SMTP by libcurl. One thread at a time.
std::unique_ptr<Submitter> make_submitter(const SubmissionConfig& config,
                                          Connections connections = Connections::Closed);

/// Connects as a submission would (EHLO, and STARTTLS where it is to be used), says good-bye, and
/// answers the MTA's greeting. Throws as Submitter::submit does.
std::string greeting_of(const SubmissionConfig& config);

}  // namespace lazaret::store
