#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "milter/filter/rules/uris/registry_boundaries.hpp"
#include "milter/filter/rules/uris/uri_text.hpp"

namespace lazaret::filter::rules {

/// Forms of one address, each once, in the order in which they came; full at a number of them.
class FormList {
public:
    explicit FormList(std::size_t most) : most_{most} {}

    void add(std::string form);
    [[nodiscard]] bool is_full() const { return forms_.size() >= most_; }
    std::vector<std::string> take() && { return std::move(forms_); }

private:
    std::size_t most_;
    std::vector<std::string> forms_;
};

/// Adds the address without its scheme's standard port, with its host as xn--, and without
/// controls in it; leaves the last of these hosts in `uri`.
/// @return the host that `uri` came with, in the form of ascii_host().
std::string add_name_forms(HttpUri& uri, FormList& forms);

/// Adds the address without what surrounds its host (a second user name, punctuation), and then,
/// if the host is a number or four, with the IPv4 address it means, or, if it is one bare word
/// that is no domain, as www.WORD.com, where browsers go. `name` is what add_name_forms() gave.
void add_address_forms(HttpUri& uri, std::string_view name, const RegistryBoundaries& boundaries,
                       FormList& forms);

/// The IPv4 address that a host of one or four numbers stands for, in decimal, octal or
/// hexadecimal, as SpamAssassin writes it (an octet 0 of four vanishes); empty when it is none.
std::string address_of_numbers(std::string_view host);

}  // namespace lazaret::filter::rules
