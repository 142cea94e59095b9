#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lazaret::tools {

/// How MailSources goes through what it was given.
struct SourceOptions {
    bool recursive = false;  ///< the folders of a Maildir, too
    /// Bytes; a larger message is passed over.
    std::size_t largest = std::numeric_limits<std::size_t>::max();
};

/// The messages in files and folders, one after the other.
///
/// - A file that begins with a `From ` line is an mbox (see mbox.hpp). Any other file is one
///   message; `-` is standard input.
/// - A folder with `cur` or `new` is a Maildir: messages are taken from these two only. Folders
///   below it (`.Name`, or `Name`) that are Maildirs are passed over: junk and trash stand beside
///   what is wanted. With `recursive` they are gone through, but for those whose name says that
///   they are kept for junk, trash or drafts. Whoever wants one of these names it.
/// - Other folders are gone through with all below them.
/// - In folders, files are taken in the order of their names; those whose name begins with a dot,
///   are left alone; symbolic links to folders are passed over.
///
/// Files are mapped, not read whole: an mbox may be larger than the memory. What cannot be read is
/// skipped and listed in unread(), and what is no message (why_no_message()) in passed_over(): a
/// server may keep its mail compressed. The rest is still gone through. A message of a Maildir that
/// is renamed meanwhile is found again, and one that is removed is no mistake.
class MailSources {
public:
    struct Found {
        std::string where;       ///< for people: `inbox`, or `inbox, message 12`
        std::string_view bytes;  ///< as stored; until the next call of next()
    };
    struct Skipped {
        std::string path;
        std::string why;
    };

    /// Looks for the files at once; opens each only when it is its turn.
    explicit MailSources(const std::vector<std::string>& paths, SourceOptions options = {});
    MailSources(const MailSources&) = delete;
    MailSources& operator=(const MailSources&) = delete;
    ~MailSources();

    /// The next message; none at the end. Empty files hold none.
    std::optional<Found> next();

    [[nodiscard]] const std::vector<Skipped>& unread() const noexcept { return unread_; }

    /// Folders and messages that were left out on purpose; grows while they are gone through.
    [[nodiscard]] const std::vector<Skipped>& passed_over() const noexcept { return passed_over_; }

    /// Folders of Maildirs that are gone through, as `recursive` asks for.
    [[nodiscard]] const std::vector<std::string>& taken() const noexcept { return taken_; }

    /// How far it is, in bytes.
    [[nodiscard]] std::size_t total_size() const noexcept { return total_size_; }
    [[nodiscard]] std::size_t done_size() const noexcept { return done_size_; }

private:
    struct Content;

    void look_into(const std::string& path);
    void look_into_maildir(const std::string& path);
    std::vector<std::string> entries_of(const std::string& folder);
    void add_file(const std::string& path, bool in_maildir = false);
    void open_next();
    std::optional<Found> next_of_any_kind();

    struct File {
        std::string path;
        bool in_maildir = false;
    };
    SourceOptions options_;
    std::vector<File> files_;
    std::size_t next_file_ = 0;
    std::size_t total_size_ = 0;
    std::size_t done_size_ = 0;
    std::vector<Skipped> unread_;
    std::vector<Skipped> passed_over_;
    std::vector<std::string> taken_;

    std::unique_ptr<Content> content_;  // of the file at hand; null before and after
    std::string unquoted_;              // the message at hand, when something was unquoted
};

}  // namespace lazaret::tools
