#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lazaret::tools {

/// The messages in files and folders, one after the other.
///
/// - A file that begins with a `From ` line is an mbox: it is cut at such lines that follow a blank
///   line and name a time; `>From ` in the text loses one `>` (the mboxrd form).
/// - Any other file is one message; `-` is standard input.
/// - A folder with `cur` or `new` is a Maildir: messages are taken from these two and from its
///   folders `.Name`. Other folders are gone through with all below them.
/// - In folders, files are taken in the order of their names; those whose name begins with a dot,
///   and symbolic links to folders, are left alone.
///
/// Files are mapped, not read whole: an mbox may be larger than the memory. What cannot be read is
/// skipped and listed in unread(); the rest is still gone through.
class MailSources {
public:
    struct Found {
        std::string where;       ///< for people: `inbox`, or `inbox, message 12`
        std::string_view bytes;  ///< as stored; until the next call of next()
    };
    struct Unread {
        std::string path;
        std::string why;
    };

    /// Looks for the files at once; opens each only when it is its turn.
    explicit MailSources(const std::vector<std::string>& paths);
    MailSources(const MailSources&) = delete;
    MailSources& operator=(const MailSources&) = delete;
    ~MailSources();

    /// The next message; none at the end. Empty files hold none.
    std::optional<Found> next();

    [[nodiscard]] const std::vector<Unread>& unread() const noexcept { return unread_; }

    /// How far it is, in bytes.
    [[nodiscard]] std::size_t total_size() const noexcept { return total_size_; }
    [[nodiscard]] std::size_t done_size() const noexcept { return done_size_; }

private:
    struct Content;

    void look_into(const std::string& path);
    void add_file(const std::string& path);
    void open_next();

    std::vector<std::string> files_;
    std::size_t next_file_ = 0;
    std::size_t total_size_ = 0;
    std::size_t done_size_ = 0;
    std::vector<Unread> unread_;

    std::unique_ptr<Content> content_;  // of the file at hand; null before and after
    std::string unquoted_;              // the message at hand, when something was unquoted
};

/// Where the message that begins at `from` ends in an mbox: at the next line that separates
/// messages, or at the end.
std::size_t mbox_message_end(std::string_view mbox, std::size_t from);

}  // namespace lazaret::tools
