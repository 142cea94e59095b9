#pragma once

#include <string>
#include <string_view>

#include "base/handle.hpp"

namespace lazaret::bench {

/// A message as it goes over the wire: envelope, and the text with CRLF, dots doubled and the
/// closing dot.
struct Letter {
    std::string envelope;  ///< MAIL, RCPT and DATA, pipelined
    std::string text;
};

/// Reads a message file. A "From " line of a mailbox is left out; the sender is that of its
/// Return-Path when it is a plain address, else one of ours. Throws Error{Setup} when it cannot be
/// read.
Letter read_letter(const std::string& file, std::string_view recipient);

/// One SMTP session with a server on 127.0.0.1. Not for the world: it believes what the server
/// says and knows no time-outs.
class SmtpClient {
public:
    /// Connects from the address `source` and says EHLO. Throws Error{Unavailable}.
    SmtpClient(int port, const std::string& source);

    /// Sends one letter and returns the code of the last answer; 0 when the connection broke.
    int send(const Letter& letter);

    void quit();

private:
    [[nodiscard]] int answer();
    [[nodiscard]] bool write(std::string_view text);

    FileDescriptor socket_;
    std::string buffer_;
    std::size_t read_ = 0;  ///< of buffer_
};

}  // namespace lazaret::bench
