#include "base/handle.hpp"

#include <unistd.h>

#include <utility>

namespace lazaret {

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept
{
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

FileDescriptor::~FileDescriptor()
{
    if (descriptor_ >= 0) ::close(descriptor_);
}

int FileDescriptor::release() noexcept { return std::exchange(descriptor_, -1); }

}  // namespace lazaret
