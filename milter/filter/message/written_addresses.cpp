#include "milter/filter/message/written_addresses.hpp"

#include <algorithm>

namespace lazaret::filter {
namespace {

constexpr std::size_t longest_half = 255;  // bytes, on either side of the @
constexpr std::size_t most_tries = 500;    // each costs some microseconds
constexpr auto nowhere = std::string_view::npos;

// What stands around an address and not within it; letters beyond ASCII may.
bool is_of_address(char one)
{
    constexpr std::string_view marks = ".+-_=~!#$%&'*/?^`{|}";
    const auto byte = static_cast<unsigned char>(one);
    return byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') || marks.find(one) != std::string_view::npos;
}

bool is_of_domain(char one)
{
    return is_of_address(one) &&
           std::string_view{"+_=~!#$%&'*/?^`{|}"}.find(one) == std::string_view::npos;
}

/// Goes through an address field, and says where it is in quotes or comments.
class Position {
public:
    explicit Position(std::string_view field) : field_{field} {}

    /// The next character outside of quotes and comments; false at the end.
    bool next()
    {
        while (++at_ < field_.size()) {
            const char c = field_[at_];
            if ((is_quoted_ || comments_ > 0) && c == '\\') ++at_;
            else if (is_quoted_) is_quoted_ = c != '"';
            else if (c == '(') ++comments_;
            else if (comments_ > 0) comments_ -= c == ')';
            else if (c == '"') is_quoted_ = true;
            else return true;
        }
        return false;
    }

    [[nodiscard]] std::size_t at() const { return at_; }
    [[nodiscard]] char here() const { return field_[at_]; }
    [[nodiscard]] bool is_open() const { return is_quoted_ || comments_ > 0; }

private:
    std::string_view field_;
    std::size_t at_ = nowhere;  // one before the first
    int comments_ = 0;
    bool is_quoted_ = false;
};

class Collector {
public:
    explicit Collector(std::string_view field) : field_{field} {}

    void try_around(std::size_t sign)
    {
        if (has_tried_enough()) return;
        if (auto address = address_around(field_, sign)) waiting_.push_back(std::move(*address));
    }

    /// What waited was the name of what stands in the brackets, if that is an address.
    void try_brackets(std::size_t open, std::size_t close)
    {
        if (has_tried_enough()) return;
        if (auto address = parse_address(field_.substr(open + 1, close - open - 1))) {
            waiting_.clear();
            waiting_.push_back(std::move(*address));
        }
    }

    void take_waiting()
    {
        for (auto& address : waiting_)
            if (std::ranges::find(read_.addresses, address) == read_.addresses.end())
                read_.addresses.push_back(std::move(address));
        waiting_.clear();
    }

    ReadableAddresses end()
    {
        take_waiting();
        return std::move(read_);
    }

private:
    bool has_tried_enough()
    {
        if (tries_ == most_tries) read_.cut_short = true;
        else ++tries_;
        return read_.cut_short;
    }

    std::string_view field_;
    ReadableAddresses read_;
    std::vector<Address> waiting_;  // since the last comma: addresses, or words of a name
    std::size_t tries_ = 0;
};

}  // namespace

std::optional<Address> address_around(std::string_view text, std::size_t sign)
{
    auto begin = sign;
    while (begin > 0 && sign - begin < longest_half && is_of_address(text[begin - 1])) --begin;
    auto end = sign + 1;
    while (end < text.size() && end - sign <= longest_half && is_of_domain(text[end])) ++end;
    auto written = text.substr(begin, end - begin);
    while (written.ends_with('.')) written.remove_suffix(1);  // of a sentence
    const auto address = parse_address(written);
    return address ? std::optional{*address} : std::nullopt;
}

std::size_t addresses_written(std::string_view field)
{
    std::size_t count = 0;
    std::size_t signs = 0;  // `@`, since the last comma or bracket
    Position position{field};
    while (position.next()) {
        const char c = position.here();
        if (c == '@') ++signs;
        else if (c == '<') signs = 0;
        else if (c == ',' || c == ';' || c == '>') {
            count += c == '>' ? 1 : signs;
            signs = 0;
        }
    }
    return position.is_open() ? 0 : count + signs;
}

ReadableAddresses readable_addresses(std::string_view field)
{
    Collector all{field};
    auto open = nowhere;  // the last `<`
    Position position{field};
    while (position.next()) {
        const char c = position.here();
        if (c == '@') all.try_around(position.at());
        else if (c == '<') open = position.at();
        else if (c == '>' && open != nowhere) all.try_brackets(open, position.at());
        if (c == ',' || c == ';' || c == '>') {
            all.take_waiting();
            open = nowhere;
        }
    }
    if (position.is_open())
        for (auto at = field.find('@'); at != nowhere; at = field.find('@', at + 1))
            all.try_around(at);
    return all.end();
}

}  // namespace lazaret::filter
