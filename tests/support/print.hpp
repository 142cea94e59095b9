#pragma once

#include <ostream>

#include "base/clock.hpp"
#include "base/records/address.hpp"
#include "base/records/identity.hpp"
#include "base/records/list_entry.hpp"
#include "base/records/verdict.hpp"

// How Catch2 shows our values when a check fails; without these a failure says `{?} == {?}`.
namespace lazaret {

inline std::ostream& operator<<(std::ostream& out, const Address& value)
{
    return out << value.text();
}
inline std::ostream& operator<<(std::ostream& out, AddressFault value)
{
    return out << sentence(value);
}
inline std::ostream& operator<<(std::ostream& out, Class value) { return out << token(value); }
inline std::ostream& operator<<(std::ostream& out, Action value) { return out << token(value); }
inline std::ostream& operator<<(std::ostream& out, const Digest& value)
{
    return out << value.hex();
}
inline std::ostream& operator<<(std::ostream& out, const Reference& value)
{
    return out << value.text();
}
inline std::ostream& operator<<(std::ostream& out, const Hit& value)
{
    return out << value.name << ':' << value.points;
}
inline std::ostream& operator<<(std::ostream& out, const Owner& value)
{
    return out << value.text();
}
inline std::ostream& operator<<(std::ostream& out, const Proof& value)
{
    return out << value.text();
}
inline std::ostream& operator<<(std::ostream& out, const SenderPattern& value)
{
    return out << value.text;
}

}  // namespace lazaret
