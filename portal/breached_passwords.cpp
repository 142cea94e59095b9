#include "portal/breached_passwords.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>

#include "base/error.hpp"
#include "base/text.hpp"

namespace lazaret::portal {
namespace {

constexpr std::int64_t longest_line = 80;  // bytes, with its line end
constexpr std::size_t digits = 40;

std::string sha1_digits(const std::string& text)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned int size = 0;
    if (EVP_Digest(text.data(), text.size(), raw.data(), &size, EVP_sha1(), nullptr) != 1)
        throw Error{Error::Kind::Unavailable, "libcrypto makes no SHA-1"};
    std::string hex;
    for (unsigned int at = 0; at < size; ++at) {
        hex += "0123456789abcdef"[raw[at] >> 4];
        hex += "0123456789abcdef"[raw[at] & 15];
    }
    return hex;
}

Error no_list(const std::string& file, const char* why)
{
    return Error{Error::Kind::Setup, "{}: {}", file, why}.with_hint(
        "portal.breached_passwords names a sorted list of SHA-1 sums, one a line");
}

struct Line {
    std::int64_t begin = 0;
    std::int64_t end = 0;  // behind its line end
    std::string sum{};
};

// The line that the byte at `at` belongs to.
Line line_around(std::ifstream& in, const std::string& file, std::int64_t at, std::int64_t size)
{
    const auto from = std::max<std::int64_t>(at - longest_line, 0);
    std::string some(static_cast<std::size_t>(std::min(at + longest_line, size) - from), '\0');
    in.seekg(from);
    if (!in.read(some.data(), static_cast<std::streamsize>(some.size())))
        throw no_list(file, "cannot be read");
    const auto here = static_cast<std::size_t>(at - from);
    const auto before = here == 0 ? std::string::npos : some.rfind('\n', here - 1);
    if (before == std::string::npos && from > 0) throw no_list(file, "has lines that are too long");
    const auto begin = before == std::string::npos ? 0 : before + 1;
    auto end = some.find('\n', here);
    end = end == std::string::npos ? some.size() : end + 1;
    Line line{from + static_cast<std::int64_t>(begin), from + static_cast<std::int64_t>(end),
              ascii_lower(some.substr(begin, digits))};
    const bool is_sum = line.sum.size() == digits && end - begin >= digits &&
                        line.sum.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!is_sum) throw no_list(file, "has a line that does not begin with a SHA-1 sum");
    return line;
}

std::ifstream open_list(const std::string& file, std::int64_t& size)
{
    std::ifstream in{file, std::ios::binary | std::ios::ate};
    if (!in) throw no_list(file, "cannot be opened");
    size = in.tellg();
    return in;
}

}  // namespace

bool BreachedPasswords::hold(const std::string& password) const
{
    if (file_.empty()) return false;
    const auto wanted = sha1_digits(password);
    std::int64_t high = 0;
    auto in = open_list(file_, high);
    const auto size = high;
    std::int64_t low = 0;
    while (low < high) {
        const auto line = line_around(in, file_, low + (high - low) / 2, size);
        if (line.sum == wanted) return true;
        if (line.sum < wanted) low = line.end;
        else high = line.begin;
    }
    return false;
}

void BreachedPasswords::require_readable() const
{
    if (file_.empty()) return;
    std::int64_t size = 0;
    auto in = open_list(file_, size);
    line_around(in, file_, 0, size);
}

}  // namespace lazaret::portal
