#include "tools/lazaretctl/mail_sources.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "base/error.hpp"
#include "base/handle.hpp"
#include "base/result.hpp"
#include "tools/lazaretctl/message_file.hpp"

namespace lazaret::tools {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view from_mark = "From ";

/// A file in memory, read by the system as it is needed.
class MappedFile {
public:
    static Result<MappedFile, std::string> open(const std::string& path)
    {
        const FileDescriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
        struct stat found {};
        if (!file || fstat(file.get(), &found) != 0) return because(system_error_text(errno));
        if (!S_ISREG(found.st_mode)) return because(std::string{"it is no file"});
        MappedFile mapped;
        if (found.st_size == 0) return mapped;
        const auto size = static_cast<std::size_t>(found.st_size);
        void* at = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
        if (at == MAP_FAILED) return because(system_error_text(errno));
        madvise(at, size, MADV_SEQUENTIAL);
        mapped.bytes_ = {static_cast<const char*>(at), size};
        return mapped;
    }

    MappedFile() = default;
    MappedFile(MappedFile&& other) noexcept : bytes_{std::exchange(other.bytes_, {})} {}
    MappedFile& operator=(MappedFile&& other) noexcept
    {
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~MappedFile()
    {
        if (!bytes_.empty()) munmap(const_cast<char*>(bytes_.data()), bytes_.size());
    }

    [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }

private:
    std::string_view bytes_;
};

std::string_view line_at(std::string_view text, std::size_t at)
{
    const auto end = text.find('\n', at);
    return text.substr(at, end == std::string_view::npos ? end : end + 1 - at);
}

// `From ` with a time of day, as `From bob@example.org Mon Nov 23 15:04:05 2026`; a sentence that
// begins with the word is no separator.
bool separates(std::string_view line)
{
    if (!line.starts_with(from_mark)) return false;
    const auto digit = [&](std::size_t at) {
        return at < line.size() && line[at] >= '0' && line[at] <= '9';
    };
    for (auto colon = line.find(':'); colon != std::string_view::npos;
         colon = line.find(':', colon + 1))
        if (colon >= 1 && digit(colon - 1) && digit(colon + 1) && digit(colon + 2)) return true;
    return false;
}

bool is_quoted_from(std::string_view line)
{
    const auto from = line.find_first_not_of('>');
    return from != 0 && from != std::string_view::npos && line.substr(from).starts_with(from_mark);
}

/// `message` with one `>` less before each quoted `From `; into `buffer` where there is any.
std::string_view unquoted(std::string_view message, std::string& buffer)
{
    if (message.find("\n>") == std::string_view::npos) return message;
    buffer.clear();
    for (std::size_t at = 0; at < message.size();) {
        auto line = line_at(message, at);
        at += line.size();
        if (is_quoted_from(line)) line.remove_prefix(1);
        buffer += line;
    }
    return buffer;
}

bool is_maildir(const fs::path& folder)
{
    std::error_code none;
    return fs::is_directory(folder / "cur", none) || fs::is_directory(folder / "new", none);
}

}  // namespace

std::size_t mbox_message_end(std::string_view mbox, std::size_t from)
{
    for (auto at = mbox.find("\nFrom ", from); at != std::string_view::npos;
         at = mbox.find("\nFrom ", at + 1)) {
        const auto before = mbox.substr(from, at - from);
        const bool after_blank_line = before.ends_with('\n') || before.ends_with("\n\r");
        if (after_blank_line && separates(line_at(mbox, at + 1))) return at + 1;
    }
    return mbox.size();
}

struct MailSources::Content {
    std::string path;
    MappedFile mapped;
    std::string read;  // standard input has no size to map
    std::string_view bytes;
    std::size_t at = 0;
    bool is_mbox = false;
    std::size_t count = 0;
};

MailSources::MailSources(const std::vector<std::string>& paths)
{
    for (const auto& path : paths) look_into(path);
}

MailSources::~MailSources() = default;

void MailSources::add_file(const std::string& path)
{
    std::error_code none;
    const auto size = fs::file_size(path, none);
    if (!none) total_size_ += size;
    files_.push_back(path);
}

void MailSources::look_into(const std::string& path)
{
    std::error_code failed;
    if (!fs::is_directory(path, failed)) return add_file(path);  // opening it says what is wrong

    const bool maildir = is_maildir(path);
    std::vector<fs::path> found;
    for (auto entry = fs::directory_iterator{path, failed};
         !failed && entry != fs::directory_iterator{}; entry.increment(failed))
        found.push_back(entry->path());
    if (failed) unread_.push_back({path, failed.message()});
    std::sort(found.begin(), found.end());

    for (const auto& entry : found) {
        const auto name = entry.filename().string();
        const bool folder = fs::is_directory(entry, failed) && !fs::is_symlink(entry, failed);
        const bool hidden = name.starts_with('.');
        const bool wanted = !maildir ? !hidden
                            : hidden ? folder && is_maildir(entry)
                                     : name == "cur" || name == "new";
        if (!wanted) continue;
        if (folder) look_into(entry.string());
        else if (!fs::is_directory(entry, failed)) add_file(entry.string());
    }
}

void MailSources::open_next()
{
    auto content = std::make_unique<Content>();
    content->path = files_[next_file_++];
    if (content->path == "-") {
        auto bytes = read_file(content->path);
        if (!bytes) return unread_.push_back({content->path, bytes.error()});
        content->read = *std::move(bytes);
        content->bytes = content->read;
    } else {
        auto mapped = MappedFile::open(content->path);
        if (!mapped) return unread_.push_back({content->path, mapped.error()});
        content->mapped = *std::move(mapped);
        content->bytes = content->mapped.bytes();
    }
    content->is_mbox = content->bytes.starts_with(from_mark);
    content_ = std::move(content);
}

std::optional<MailSources::Found> MailSources::next()
{
    while (!content_ || content_->at >= content_->bytes.size()) {
        content_.reset();
        if (next_file_ >= files_.size()) return std::nullopt;
        open_next();
    }
    auto& content = *content_;
    const auto from = content.at;
    content.at = content.is_mbox ? mbox_message_end(content.bytes, from) : content.bytes.size();
    done_size_ += content.at - from;
    ++content.count;
    const auto bytes = content.bytes.substr(from, content.at - from);
    if (!content.is_mbox) return Found{content.path, bytes};

    const bool only_one = content.count == 1 && content.at == content.bytes.size();
    const auto message = bytes.substr(line_at(bytes, 0).size());
    return Found{
        only_one ? content.path : content.path + ", message " + std::to_string(content.count),
        unquoted(message, unquoted_)};
}

}  // namespace lazaret::tools
