#include "milter/filter/rules/evals/globs.hpp"

#include "base/byte_class.hpp"
#include "base/text.hpp"

namespace lazaret::filter::rules {
namespace {

// Addresses are shorter; what is not cannot make a glob with many stars slow.
constexpr std::size_t longest_address = 512;

}  // namespace

bool fits_glob(std::string_view text, std::string_view glob)
{
    constexpr auto none = std::string_view::npos;
    std::size_t at = 0;
    std::size_t sign = 0;
    std::size_t star = none;
    std::size_t star_at = 0;
    while (at < text.size()) {
        if (sign < glob.size() && glob[sign] == '*') {
            star = sign++;
            star_at = at;
        } else if (sign < glob.size() && (glob[sign] == '?' || glob[sign] == text[at])) {
            ++at;
            ++sign;
        } else if (star != none) {
            sign = star + 1;
            at = ++star_at;
        } else {
            return false;
        }
    }
    while (sign < glob.size() && glob[sign] == '*') ++sign;
    return sign == glob.size();
}

bool contains_glob(std::string_view text, std::string_view glob)
{
    if (glob.find_first_of("*?") == std::string_view::npos)
        return text.find(glob) != std::string_view::npos;
    return fits_glob(text, '*' + std::string{glob} + '*');
}

std::size_t AddressGlobs::add(std::string_view glob)
{
    auto text = ascii_lower(glob);
    const auto [place, is_new] = numbers_.try_emplace(text, globs_.size());
    if (!is_new) return place->second;
    const auto number = globs_.size();
    if (const auto wildcard = text.find_last_of("*?"); wildcard != std::string::npos) {
        const auto ending = text.find_first_of("@.", wildcard + 1);
        if (ending == std::string::npos) without_ending_.push_back(number);
        else by_ending_[text.substr(ending)].push_back(number);
    }
    globs_.push_back(std::move(text));
    return number;
}

template <class Take>
bool AddressGlobs::until(std::string_view address, Take&& take) const
{
    address = address.substr(0, longest_address);
    if (const auto whole = numbers_.find(address); whole != numbers_.end())
        if (take(whole->second)) return true;
    const auto any_of = [&](const std::vector<std::size_t>& numbers) {
        for (const auto number : numbers)
            if (fits_glob(address, globs_[number]) && take(number)) return true;
        return false;
    };
    static constexpr ByteClass ends{"@."};
    if (!by_ending_.empty())
        for (auto at = ends.first_in(address); at != std::string_view::npos;
             at = ends.first_in(address, at + 1))
            if (const auto found = by_ending_.find(address.substr(at)); found != by_ending_.end())
                if (any_of(found->second)) return true;
    return any_of(without_ending_);
}

std::vector<std::size_t> AddressGlobs::fitting(std::string_view address) const
{
    std::vector<std::size_t> numbers;
    until(address, [&](std::size_t number) {
        numbers.push_back(number);
        return false;
    });
    return numbers;
}

bool AddressGlobs::has(std::string_view address) const
{
    return until(address, [](std::size_t) { return true; });
}

}  // namespace lazaret::filter::rules
