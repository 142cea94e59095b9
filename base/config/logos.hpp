#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lazaret {

/// The pictures that a site has put into a folder, to stand at the head of reports and pages.
///
/// Read once; a file that is no picture of its kind, or larger than `most_bytes`, is left out.
class Logos {
public:
    struct Picture {
        std::string type;  ///< image/png, image/jpeg or image/gif, by content
        std::string bytes;
    };

    /// A report carries it.
    static constexpr std::size_t most_bytes = 64 << 10;

    Logos() = default;
    /// @param folder    need not be there.
    /// @param problems  gets a line for each file that is left out.
    Logos(const std::string& folder, std::vector<std::string>& problems);

    /// None when there is no such picture.
    [[nodiscard]] const Picture* find(std::string_view name) const;

private:
    std::map<std::string, Picture, std::less<>> pictures_;
};

}  // namespace lazaret
