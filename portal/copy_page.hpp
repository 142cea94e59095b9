#pragma once

#include <optional>
#include <string>
#include <vector>

#include "portal/reader.hpp"
#include "portal/response.hpp"
#include "portal/route.hpp"
#include "portal/site.hpp"
#include "quarantine-store/directory.hpp"
#include "quarantine-store/quarantine.hpp"
#include "quarantine-store/requests.hpp"
#include "quarantine-store/visits.hpp"

namespace lazaret::portal {

/// Everything that the page of one held copy shows.
struct CopyView {
    std::string claim;  ///< as it stood in the link
    store::HeldDetails copy;
    std::vector<store::ListedEntry> entries{};  ///< of the owner's, about this sender
    std::vector<store::Request> requests{};     ///< about this copy, newest first
    std::optional<Press> first{};               ///< what the link in the report was for
    Role role = Role::Recipient;                ///< of whoever looks: asked through may()
    bool is_guest = false;                      ///< it is another's message
    std::vector<store::Visitor> looks{};        ///< of administrators at it, newest first
};

/// The page: what the message is, why it is held, and what can be done with it now.
Response copy_page(const Site& site, const Reader& reader, const CopyView& view);

/// What can be pressed, in the order in which it stands there: `first` first.
std::vector<Press> offered(const CopyView& view);

}  // namespace lazaret::portal
