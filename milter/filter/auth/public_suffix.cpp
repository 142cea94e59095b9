#include "milter/filter/auth/public_suffix.hpp"

#include <libpsl.h>

#include "base/handle.hpp"

namespace lazaret::filter::auth {

std::string organisational_domain(const std::string& domain)
{
    static const CHandle<psl_ctx_t, psl_free> list{psl_latest(nullptr)};
    const char* found = psl_registrable_domain(list.get(), domain.c_str());
    return found ? found : domain;
}

}  // namespace lazaret::filter::auth
