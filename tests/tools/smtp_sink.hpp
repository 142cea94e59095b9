#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/handle.hpp"

namespace lazaret::test {

/// An SMTP server on 127.0.0.1 that takes every mail and remembers it; several at once.
class SmtpSink {
public:
    struct Mail {
        std::string sender, recipient;  ///< as in the commands, with brackets
        std::string bytes;              ///< dots taken away, lines in CRLF
    };

    /// @param pause  how long it thinks before it says 250 to a mail.
    explicit SmtpSink(std::chrono::milliseconds pause = {});
    SmtpSink(const SmtpSink&) = delete;
    SmtpSink& operator=(const SmtpSink&) = delete;
    ~SmtpSink();

    [[nodiscard]] int port() const noexcept { return port_; }
    [[nodiscard]] std::string url() const { return "smtp://127.0.0.1:" + std::to_string(port_); }

    /// What it answers to the end of a mail: `250 taken`, `550 no`, `451 later`.
    void answer_with(std::string answer);

    [[nodiscard]] std::vector<Mail> mails() const;

private:
    void serve();
    void talk(FileDescriptor client);

    std::chrono::milliseconds pause_;
    FileDescriptor listener_;
    int port_ = 0;
    mutable std::mutex lock_;
    std::string answer_ = "250 taken";
    std::vector<Mail> mails_;
    std::vector<std::thread> talks_;
    std::atomic<bool> ending_ = false;
    std::thread server_;
};

}  // namespace lazaret::test
