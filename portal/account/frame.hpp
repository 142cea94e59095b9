#pragma once

#include <string>

#include "portal/reader.hpp"
#include "portal/response.hpp"
#include "portal/site.hpp"

namespace lazaret::portal {

/// The pages of the account that the navigation leads to, in its order.
enum class AccountPage { Quarantine, Lists, Delivered, Statistics, Settings, Sessions, Help };

/// What every page of the account begins with: head, title, and the navigation, in which `page` is
/// the one that is open.
Fill account_fill(const Site& site, const Reader& reader, AccountPage page,
                  const std::string& title);

/// The page of a template of the account, protected.
Response account_response(const Site& site, const std::string& name, const Fill& fill);

}  // namespace lazaret::portal
