#include "base/private_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "base/error.hpp"
#include "base/small_file.hpp"
#include "base/text.hpp"

namespace lazaret {
namespace {

constexpr std::size_t shortest_secret = 32;
constexpr std::size_t longest_secret = 512;
constexpr std::size_t largest_secret_file = 4 * 1024;

}  // namespace

std::string read_private_file(const std::string& file, std::size_t most_bytes,
                              const std::string& hint)
{
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0)
        throw Error{Error::Kind::Setup, "{}: {}", file, system_error_text(errno)}.with_hint(hint);
    if ((status.st_mode & S_IROTH) != 0)
        throw Error{Error::Kind::Setup, "{}: everybody can read it", file}.with_hint(
            "it is no secret any more: make a new key, and chmod 0640 the file, with the group "
            "lazaret");
    if ((status.st_mode & S_IWOTH) != 0)
        throw Error{Error::Kind::Setup, "{}: everybody can write it", file}.with_hint(
            "look whose keys are in it, and chmod 0640 it, with the group lazaret");
    const auto text = read_small_file(file, most_bytes);
    if (!text) throw Error{Error::Kind::Setup, "{}: {}", file, text.error()}.with_hint(hint);
    return *text;
}

std::string read_given_secret(const std::string& file)
{
    const auto hint =
        fmt::format("make it with: install -m 0640 -g lazaret /dev/null {0} && cat > {0}", file);
    const auto text = read_private_file(file, largest_secret_file, hint);
    const auto secret = trimmed(text);
    const bool is_line = std::all_of(secret.begin(), secret.end(),
                                     [](char one) { return one >= ' ' && one <= '~'; });
    if (secret.empty() || secret.size() > longest_secret || !is_line)
        throw Error{Error::Kind::Setup, "{}: not one line of 1 to {} printable ASCII characters",
                    file, longest_secret}
            .with_hint(hint);
    return std::string{secret};
}

std::string read_shared_secret(const std::string& file)
{
    const auto hint = fmt::format(
        "make it with: install -m 0640 -g lazaret /dev/null {0} && "
        "head -c 32 /dev/urandom | base64 > {0}",
        file);
    const auto text = read_private_file(file, largest_secret_file, hint);
    const auto secret = trimmed(text);
    const bool is_plain = secret.find_first_not_of(
                              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                              "+/=_-") == std::string_view::npos;
    if (secret.size() < shortest_secret || secret.size() > longest_secret || !is_plain)
        throw Error{Error::Kind::Setup, "{}: not one line of {} to {} characters of base64", file,
                    shortest_secret, longest_secret}
            .with_hint(hint);
    return std::string{secret};
}

}  // namespace lazaret
