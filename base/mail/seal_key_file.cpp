#include "base/mail/seal_key_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <optional>
#include <vector>

#include "base/base64.hpp"
#include "base/disk.hpp"
#include "base/error.hpp"
#include "base/handle.hpp"
#include "base/mail/seal.hpp"
#include "base/text.hpp"

namespace lazaret {
namespace {

using Lines = std::vector<std::string>;

Lines lines_of(std::string_view text)
{
    Lines lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::string text_of(const Lines& lines)
{
    std::string text;
    for (const auto& line : lines) text += line + '\n';
    return text;
}

// Of a line that holds a key; else empty.
std::string_view id_of(std::string_view line)
{
    line = trimmed(line);
    if (line.empty() || line.front() == '#') return {};
    return line.substr(0, line.find(' '));
}

std::optional<SealKeys> parsed(std::string_view text)
{
    try {  // the one reader of such files throws
        return SealKeys::parse(text, "");
    } catch (const Error&) {
        return std::nullopt;
    }
}

std::string new_key()
{
    std::array<unsigned char, crypto_generichash_KEYBYTES> raw{};
    randombytes_buf(raw.data(), raw.size());
    return base64url({reinterpret_cast<const char*>(raw.data()), raw.size()});
}

// A name that no other key has had. The highest may have been removed here and still be believed on
// another host, so the number alone is not enough; without vowels it is no word.
std::string next_id(const Lines& lines)
{
    constexpr std::string_view letters = "bcdfghjkmnpqrstvwxz";
    int highest = 0;
    for (const auto& line : lines) {
        const auto id = id_of(line);
        int number = 0;
        if (id.size() > 1 && id.front() == 'k' && id.size() < 10 &&
            std::from_chars(id.data() + 1, id.data() + id.size(), number).ec == std::errc{})
            highest = std::max(highest, number);
    }
    auto id = fmt::format("k{}", highest + 1);
    for (int letter = 0; letter < 4; ++letter)
        id += letters[randombytes_uniform(static_cast<std::uint32_t>(letters.size()))];
    return id;
}

Lines::iterator line_of(Lines& lines, std::string_view id)
{
    return std::find_if(lines.begin(), lines.end(),
                        [&](const auto& line) { return id_of(line) == id; });
}

[[noreturn]] void fail(const std::string& file)
{
    throw Error{Error::Kind::Setup, "{}: {}", file, system_error_text(errno)};
}

}  // namespace

std::string_view sentence(KeyFileFault fault)
{
    switch (fault) {
        case KeyFileFault::Unreadable: return "it has lines that are no keys";
        case KeyFileFault::NoSuchKey: return "there is no key of this name in it";
        case KeyFileFault::IsNewest: return "new links and seals are made with this key";
    }
    return "";
}

Result<AddedKey, KeyFileFault> with_new_key(std::string_view text)
{
    if (!parsed(text)) return because(KeyFileFault::Unreadable);
    auto lines = lines_of(text);
    const auto id = next_id(lines);
    lines.push_back(id + ' ' + new_key());
    return AddedKey{text_of(lines), id};
}

Result<std::string, KeyFileFault> with_newest(std::string_view text, std::string_view id)
{
    const auto keys = parsed(text);
    if (!keys) return because(KeyFileFault::Unreadable);
    auto lines = lines_of(text);
    const auto found = line_of(lines, id);
    if (found == lines.end() || id.empty()) return because(KeyFileFault::NoSuchKey);
    // What is written above the first key, most likely about the file, stays above.
    const auto first = line_of(lines, keys->newest());
    std::rotate(first, found, found + 1);
    return text_of(lines);
}

Result<std::string, KeyFileFault> without_key(std::string_view text, std::string_view id)
{
    const auto keys = parsed(text);
    if (!keys) return because(KeyFileFault::Unreadable);
    auto lines = lines_of(text);
    const auto found = line_of(lines, id);
    if (found == lines.end() || id.empty()) return because(KeyFileFault::NoSuchKey);
    if (keys->newest() == id) return because(KeyFileFault::IsNewest);
    lines.erase(found);
    return text_of(lines);
}

void edit_private_file(const std::string& name,
                       const std::function<std::string(const std::string&)>& edit)
{
    // A link to it stays a link.
    std::error_code failed;
    const auto found = std::filesystem::canonical(name, failed);
    const auto file = failed ? name : found.string();
    const auto beside = file + ".new";
    const FileDescriptor out{::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (!out && errno == EEXIST)
        throw Error{Error::Kind::Setup, "{} is there: somebody else is changing it", beside}
            .with_hint("if nobody is, remove it");
    if (!out) fail(beside);
    // No edge: the half-made file goes away whatever fails.
    try {
        struct stat status {};
        if (::stat(file.c_str(), &status) != 0) fail(file);
        if (!write_all(out.get(), edit(read_key_file(file)))) fail(beside);
        if (::fchown(out.get(), status.st_uid, status.st_gid) != 0 ||
            ::fchmod(out.get(), status.st_mode & 07777) != 0 || ::fsync(out.get()) != 0 ||
            ::rename(beside.c_str(), file.c_str()) != 0)
            fail(file);
    } catch (...) {
        ::unlink(beside.c_str());
        throw;
    }
    if (!sync_folder_of(file)) fail(file);
}

}  // namespace lazaret
