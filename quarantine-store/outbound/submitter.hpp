#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/config/configuration.hpp"

namespace lazaret::store {

/// A message that Lazaret hands to the MTA.
struct Submission {
    std::string sender;          ///< MAIL FROM without brackets; empty for the null sender
    std::string recipient;       ///< the only RCPT TO, without brackets
    std::string_view bytes;      ///< lines in CRLF; sent as they are
    std::string seal;            ///< value of the seal header, put in front of the bytes
    bool eight_bit = false;
    bool utf8 = false;
};

/// The seam through which mail leaves.
class Submitter {
public:
    virtual ~Submitter() = default;

    /// Returns when the MTA said 250. Throws Error{Unavailable} when it did not, with its reply;
    /// the mail may then have been taken or not.
    virtual void submit(const Submission& submission) = 0;
};

/// SMTP by libcurl, one connection a message.
std::unique_ptr<Submitter> make_submitter(const SubmissionConfig& config);

}  // namespace lazaret::store
