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
#include "tools/lazaretctl/maildir.hpp"
#include "tools/lazaretctl/mbox.hpp"
#include "tools/lazaretctl/message_file.hpp"
#include "tools/lazaretctl/message_form.hpp"

namespace lazaret::tools {
namespace {

namespace fs = std::filesystem;

constexpr auto link_to_folder = "a link to a folder";

/// A file in memory, read by the system as it is needed.
class MappedFile {
public:
    static Result<MappedFile, std::string> open(const std::string& path)
    {
        // Not waiting for whoever writes into a pipe.
        FileDescriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
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
        mapped.file_ = std::move(file);
        return mapped;
    }

    MappedFile() = default;
    MappedFile(MappedFile&& other) noexcept
        : bytes_{std::exchange(other.bytes_, {})}, file_{std::move(other.file_)}
    {
    }
    MappedFile& operator=(MappedFile&& other) noexcept
    {
        std::swap(bytes_, other.bytes_);
        std::swap(file_, other.file_);
        return *this;
    }
    ~MappedFile()
    {
        if (!bytes_.empty()) munmap(const_cast<char*>(bytes_.data()), bytes_.size());
    }

    [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }

    /// Whether it has become shorter: who looks at what it was then would be ended by SIGBUS. Ask
    /// before each message; what is cut while one is read is a matter of microseconds.
    [[nodiscard]] bool is_cut() const noexcept
    {
        struct stat found {};
        return !bytes_.empty() && (fstat(file_.get(), &found) != 0 ||
                                   static_cast<std::size_t>(found.st_size) < bytes_.size());
    }

private:
    std::string_view bytes_;
    FileDescriptor file_;
};

}  // namespace

struct MailSources::Content {
    std::string path;
    MappedFile mapped;
    std::string read;  // standard input has no size to map
    std::string_view bytes;
    std::size_t at = 0;
    bool is_mbox = false;
    std::size_t count = 0;
};

MailSources::MailSources(const std::vector<std::string>& paths, SourceOptions options)
    : options_{options}
{
    for (const auto& path : paths) look_into(path);
}

MailSources::~MailSources() = default;

void MailSources::add_file(const std::string& path, bool in_maildir)
{
    std::error_code none;
    const auto size = fs::file_size(path, none);
    if (!none) total_size_ += size;
    files_.push_back({path, in_maildir});
}

std::vector<std::string> MailSources::entries_of(const std::string& folder)
{
    std::error_code failed;
    std::vector<std::string> found;
    for (auto entry = fs::directory_iterator{folder, failed};
         !failed && entry != fs::directory_iterator{}; entry.increment(failed))
        found.push_back(entry->path().string());
    if (failed) unread_.push_back({folder, failed.message()});
    std::sort(found.begin(), found.end());
    return found;
}

void MailSources::look_into(const std::string& path)
{
    std::error_code failed;
    if (!fs::is_directory(path, failed)) return add_file(path);  // opening it says what is wrong
    if (is_maildir(path)) return look_into_maildir(path);
    for (const auto& entry : entries_of(path)) {
        if (fs::path{entry}.filename().string().starts_with('.')) continue;
        if (!fs::is_directory(entry, failed)) add_file(entry);
        else if (fs::is_symlink(entry, failed)) passed_over_.push_back({entry, link_to_folder});
        else look_into(entry);
    }
}

void MailSources::look_into_maildir(const std::string& path)
{
    std::error_code failed;
    for (const auto* part : {"cur", "new"}) {
        const auto folder = (fs::path{path} / part).string();
        if (!fs::is_directory(folder, failed)) continue;
        for (const auto& entry : entries_of(folder))
            if (!fs::path{entry}.filename().string().starts_with('.') &&
                !fs::is_directory(entry, failed))
                add_file(entry, true);
    }
    for (const auto& entry : entries_of(path)) {
        const auto name = fs::path{entry}.filename().string();
        if (!is_maildir(entry)) continue;
        if (fs::is_symlink(entry, failed)) passed_over_.push_back({entry, link_to_folder});
        else if (!options_.recursive) passed_over_.push_back({entry, "a folder of a Maildir"});
        else if (is_special_folder(name))
            passed_over_.push_back({entry, "a folder for what is not wanted or not finished"});
        else {
            taken_.push_back(entry);
            look_into_maildir(entry);
        }
    }
}

void MailSources::open_next()
{
    auto content = std::make_unique<Content>();
    const auto& [path, in_maildir] = files_[next_file_++];
    content->path = path;
    if (path == "-") {
        auto bytes = read_file(path);
        if (!bytes) return unread_.push_back({path, bytes.error()});
        content->read = *std::move(bytes);
        content->bytes = content->read;
    } else {
        auto mapped = MappedFile::open(path);
        if (!mapped && in_maildir) {
            const auto now_at = moved_message(path);
            if (!now_at && !fs::exists(path)) return;  // its reader deleted it
            if (now_at) mapped = MappedFile::open(*now_at);
        }
        if (!mapped) return unread_.push_back({path, mapped.error()});
        content->mapped = *std::move(mapped);
        content->bytes = content->mapped.bytes();
    }
    content->is_mbox = is_mbox(content->bytes);
    content_ = std::move(content);
}

std::optional<MailSources::Found> MailSources::next()
{
    for (;;) {
        auto found = next_of_any_kind();
        if (!found) return found;
        const auto why = found->bytes.size() > options_.largest
                             ? std::string_view{"larger than max_message"}
                             : why_no_message(found->bytes);
        if (why.empty()) return found;
        passed_over_.push_back({std::move(found->where), std::string{why}});
    }
}

std::optional<MailSources::Found> MailSources::next_of_any_kind()
{
    while (!content_ || content_->at >= content_->bytes.size()) {
        content_.reset();
        if (next_file_ >= files_.size()) return std::nullopt;
        open_next();
    }
    auto& content = *content_;
    if (content.mapped.is_cut()) {
        unread_.push_back({content.path, "it became shorter while it was read"});
        content_.reset();
        return next_of_any_kind();
    }
    const auto from = content.at;
    content.at = content.is_mbox ? mbox_message_end(content.bytes, from) : content.bytes.size();
    done_size_ += content.at - from;
    ++content.count;
    const auto bytes = content.bytes.substr(from, content.at - from);
    if (!content.is_mbox) return Found{content.path, bytes};

    const bool only_one = content.count == 1 && content.at == content.bytes.size();
    return Found{
        only_one ? content.path : content.path + ", message " + std::to_string(content.count),
        bytes.size() > options_.largest ? bytes : mbox_message(bytes, unquoted_)};
}

}  // namespace lazaret::tools
