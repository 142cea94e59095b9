#include "quarantine-store/outbound/submitter.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "base/handle.hpp"
#include "base/host_name.hpp"
#include "base/mail/seal.hpp"
#include "base/text.hpp"

// libcurl makes the connection (name look-up, TCP, greeting, EHLO, TLS); the transaction itself is
// spoken here, because libcurl's own SMTP has no way to say BODY=8BITMIME or SMTPUTF8 for a plain
// upload, and because the MTA's whole reply is wanted.
namespace lazaret::store {
namespace {

using Clock = std::chrono::steady_clock;
using Curl = CHandle<CURL, curl_easy_cleanup>;

struct Reply {
    int code = 0;
    std::string text;  ///< all lines, with blanks between
};

// Keeps what the MTA says while libcurl connects, for its EHLO keywords and for errors.
struct Greeting {
    std::vector<std::string> lines;

    [[nodiscard]] bool offers(std::string_view keyword) const
    {
        for (const auto& line : lines)
            if (line.starts_with("250") && line.size() > 4 &&
                starts_ignoring_case(std::string_view{line}.substr(4), keyword))
                return true;
        return false;
    }
};

std::size_t keep_line(char* data, std::size_t size, std::size_t count, void* greeting)
{
    static_cast<Greeting*>(greeting)->lines.emplace_back(trimmed({data, size * count}));
    return size * count;
}

std::string helo_of(const SubmissionConfig& config)
{
    return config.helo.empty() ? host_name() : config.helo;
}

// The host of the URL, which the settings have checked.
std::string host_of(const std::string& url)
{
    char* raw = nullptr;
    const CHandle<CURLU, curl_url_cleanup> parsed{curl_url()};
    if (!parsed ||
        curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), CURLU_NON_SUPPORT_SCHEME) !=
            CURLUE_OK ||
        curl_url_get(parsed.get(), CURLUPART_HOST, &raw, 0) != CURLUE_OK)
        return {};
    const CHandle<char, curl_free> owned{raw};
    return raw;
}

bool is_loopback(const std::string& host)
{
    return host == "localhost" || host == "[::1]" ||
           (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos);
}

// What [submission] tls means for libcurl. Mail that stays on this host needs no TLS, and the
// certificate of its MTA could name no loopback address. A TLS that is only tried believes every
// certificate, as the MTAs' own does: without it the mail would go in the clear.
void choose_tls(CURL* curl, const SubmissionConfig& config)
{
    using Tls = SubmissionConfig::Tls;
    auto tls = config.tls;
    if (tls == Tls::Auto) tls = is_loopback(host_of(config.url)) ? Tls::Off : Tls::Try;
    const auto use = tls == Tls::Off   ? CURLUSESSL_NONE
                     : tls == Tls::Try ? CURLUSESSL_TRY
                                       : CURLUSESSL_ALL;
    curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(use));
    if (tls == Tls::Require || config.url.starts_with("smtps://")) return;
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
}

// One SMTP transaction on a connection that libcurl made.
class Dialogue {
public:
    explicit Dialogue(const SubmissionConfig& config)
        : where_{config.url},
          timeout_{config.timeout},
          deadline_{Clock::now() + timeout_},
          curl_{curl_easy_init()}
    {
        if (!curl_) throw Error{Error::Kind::Unavailable, "{}: libcurl has no memory", where_};
        const auto url = fmt::format("{}/{}", config.url, helo_of(config));
        curl_easy_setopt(curl_.get(), CURLOPT_URL, url.c_str());
        curl_easy_setopt(curl_.get(), CURLOPT_CONNECT_ONLY, 1L);
        curl_easy_setopt(curl_.get(), CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(curl_.get(), CURLOPT_PROXY, "");
        choose_tls(curl_.get(), config);
        curl_easy_setopt(curl_.get(), CURLOPT_TIMEOUT_MS, long{config.timeout.count()});
        curl_easy_setopt(curl_.get(), CURLOPT_HEADERFUNCTION, keep_line);
        curl_easy_setopt(curl_.get(), CURLOPT_HEADERDATA, &greeting_);
        problem_.fill('\0');
        curl_easy_setopt(curl_.get(), CURLOPT_ERRORBUFFER, problem_.data());
        if (const auto code = curl_easy_perform(curl_.get()); code != CURLE_OK)
            refuse_connection(code);
        curl_easy_getinfo(curl_.get(), CURLINFO_ACTIVESOCKET, &socket_);
    }

    [[nodiscard]] bool offers(std::string_view keyword) const { return greeting_.offers(keyword); }

    /// The first line that the MTA said.
    [[nodiscard]] std::string greeting() const
    {
        return greeting_.lines.empty() ? std::string{} : printable(greeting_.lines.front());
    }

    /// One more transaction on the same connection: it has the whole time again.
    void begin_again() { deadline_ = Clock::now() + timeout_; }

    /// Sends a line, and wants a reply of the class `wanted` (2 for 250).
    void command(const std::string& line, int wanted)
    {
        send(line + "\r\n");
        expect(wanted);
    }

    /// Says that the message ends here. From now on it is in doubt whether it was taken, until
    /// the MTA answers, and it has its time for that.
    void finish_message()
    {
        deadline_ = Clock::now() + taking_time;
        try {
            send(".\r\n");
            expect(2);
        } catch (const SubmissionRefused&) {
            throw;
        } catch (const Error& error) {
            // A try that is no edge: only here it is known what the silence means.
            throw SubmissionInDoubt{fmt::format("{}; it may have taken the mail", error.what())};
        }
    }

    /// Whether they answer our farewell changes nothing.
    void quit()
    {
        try {
            send("QUIT\r\n");
        } catch (const Error&) {
        }
    }

    void expect(int wanted)
    {
        const auto reply = read_reply();
        if (reply.code / 100 == wanted) return;
        if (reply.code >= 400 && reply.code < 600) throw SubmissionRefused{reply.code, reply.text};
        throw Error{Error::Kind::Unavailable, "{}: unexpected answer: {}", where_, reply.text};
    }

    void send(std::string_view bytes)
    {
        while (!bytes.empty()) {
            std::size_t sent = 0;
            const auto code = curl_easy_send(curl_.get(), bytes.data(), bytes.size(), &sent);
            if (code == CURLE_AGAIN) wait_for(POLLOUT);
            else if (code != CURLE_OK) broken(code);
            bytes.remove_prefix(sent);
        }
    }

private:
    [[noreturn]] void refuse_connection(CURLcode code)
    {
        // The greeting or EHLO was refused: then the MTA's own words are the best explanation.
        if (!greeting_.lines.empty()) {
            const auto& last = greeting_.lines.back();
            if (last.starts_with('4') || last.starts_with('5'))
                throw SubmissionRefused{400, printable(last)};
        }
        const std::string detail = problem_[0] != '\0' ? problem_.data() : curl_easy_strerror(code);
        throw Error{Error::Kind::Unavailable, "{}: {}", where_, detail}.with_hint(
            "is the mail server listening there? see [submission] url");
    }

    [[noreturn]] void broken(CURLcode code)
    {
        throw Error{Error::Kind::Unavailable, "{}: the connection broke: {}", where_,
                    curl_easy_strerror(code)};
    }

    void wait_for(short events)
    {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now());
        pollfd one{socket_, events, 0};
        if (left.count() <= 0 || ::poll(&one, 1, static_cast<int>(left.count())) == 0)
            throw Error{Error::Kind::Unavailable, "{}: no answer in time", where_};
    }

    std::string read_line()
    {
        constexpr std::size_t longest_line = 4096;
        for (;;) {
            const auto end = unread_.find('\n');
            if (end != std::string::npos) {
                auto line = std::string{trimmed({unread_.data(), end})};
                unread_.erase(0, end + 1);
                return line;
            }
            if (unread_.size() > longest_line)
                throw Error{Error::Kind::Unavailable, "{}: a reply without end", where_};
            std::array<char, 4096> block{};
            std::size_t got = 0;
            const auto code = curl_easy_recv(curl_.get(), block.data(), block.size(), &got);
            if (code == CURLE_AGAIN) wait_for(POLLIN);
            else if (code != CURLE_OK) broken(code);
            else if (got == 0) broken(CURLE_GOT_NOTHING);
            unread_.append(block.data(), got);
        }
    }

    Reply read_reply()
    {
        constexpr int most_lines = 100;
        Reply reply;
        for (int left = most_lines; left > 0; --left) {
            const auto line = read_line();
            std::from_chars(line.data(), line.data() + std::min<std::size_t>(3, line.size()),
                            reply.code);
            if (!reply.text.empty()) reply.text += ' ';
            reply.text += printable(line);
            if (line.size() < 4 || line[3] != '-') return reply;
        }
        return reply;
    }

    // Replies end up in logs and on terminals.
    static std::string printable(std::string_view line)
    {
        auto text = valid_utf8(line);
        for (auto& c : text)
            if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
        return text;
    }

    const std::string where_;
    const std::chrono::milliseconds timeout_;
    Clock::time_point deadline_;
    Greeting greeting_;
    std::array<char, CURL_ERROR_SIZE> problem_{};
    std::string unread_;
    Curl curl_;
    curl_socket_t socket_ = CURL_SOCKET_BAD;
};

// The bytes as DATA wants them: lines that begin with a dot get another (RFC 5321 4.5.2). The
// message ends with CRLF in any case; the final dot is still to come.
std::string data_of(const Submission& submission)
{
    std::string data;
    data.reserve(submission.bytes.size() + submission.bytes.size() / 64 + 512);
    if (!submission.seal.empty()) data += fmt::format("{}: {}\r\n", seal_header, submission.seal);
    auto rest = std::string_view{submission.bytes};
    if (rest.starts_with('.')) data += '.';
    for (auto dot = rest.find("\n."); dot != std::string_view::npos; dot = rest.find("\n.")) {
        data += rest.substr(0, dot + 2);
        data += '.';
        rest.remove_prefix(dot + 2);
    }
    data += rest;
    if (!data.ends_with("\r\n")) data += "\r\n";
    return data;
}

bool fits_a_path(std::string_view address)
{
    return address.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos;
}

bool is_ascii(std::string_view text)
{
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

class CurlSubmitter final : public Submitter {
public:
    CurlSubmitter(const SubmissionConfig& config, Connections connections)
        : config_{config}, connections_{connections}
    {
        // Once for the process; safe to repeat.
        curl_global_init(CURL_GLOBAL_DEFAULT);
    }

    ~CurlSubmitter() override
    {
        if (kept_) kept_->quit();
    }

    void submit(const Submission& submission) override
    {
        // Would be a second command; 553 is what an MTA says to a path that is none.
        if (!fits_a_path(submission.sender) || !fits_a_path(submission.recipient))
            throw SubmissionRefused{553, "553 5.1.3 the address cannot be written in a path"};
        const auto data = data_of(submission);
        // Taken out: whatever fails from here on, the connection is not used again.
        auto dialogue = begin(submission, data.size());
        dialogue->command(fmt::format("RCPT TO:<{}>", submission.recipient), 2);
        dialogue->command("DATA", 3);
        dialogue->send(data);
        dialogue->finish_message();
        if (connections_ == Connections::Kept) kept_ = std::move(dialogue);
        else dialogue->quit();
    }

private:
    // The connection on which MAIL FROM was accepted. One that was kept may have been closed by
    // the MTA, or be refused more mail: nothing was said yet, so a fresh one can do it.
    std::unique_ptr<Dialogue> begin(const Submission& submission, std::size_t size)
    {
        if (auto kept = std::move(kept_)) {
            try {
                kept->begin_again();
                kept->command(mail_command(*kept, submission, size), 2);
                return kept;
            } catch (const Error&) {
                // A try that is no edge: only here it is known that trying again is safe.
            }
        }
        auto fresh = std::make_unique<Dialogue>(config_);
        fresh->command(mail_command(*fresh, submission, size), 2);
        return fresh;
    }

    static std::string mail_command(const Dialogue& dialogue, const Submission& submission,
                                    std::size_t size)
    {
        auto from = fmt::format("MAIL FROM:<{}>", submission.sender);
        const bool needs_utf8 =
            submission.utf8 || !is_ascii(submission.sender) || !is_ascii(submission.recipient);
        if (dialogue.offers("SIZE")) from += fmt::format(" SIZE={}", size);
        if ((submission.eight_bit || needs_utf8) && dialogue.offers("8BITMIME"))
            from += " BODY=8BITMIME";
        if (needs_utf8 && dialogue.offers("SMTPUTF8")) from += " SMTPUTF8";
        return from;
    }

    const SubmissionConfig config_;
    const Connections connections_;
    std::unique_ptr<Dialogue> kept_;
};

}  // namespace

std::unique_ptr<Submitter> make_submitter(const SubmissionConfig& config, Connections connections)
{
    return std::make_unique<CurlSubmitter>(config, connections);
}

std::string greeting_of(const SubmissionConfig& config)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    Dialogue dialogue{config};
    dialogue.quit();
    return dialogue.greeting();
}

}  // namespace lazaret::store
