#pragma once

#include <memory>

namespace lazaret {

/// Calls the C function `Free` when a handle goes; costs nothing over a raw pointer.
template <auto Free>
struct FreeWith {
    void operator()(auto* pointer) const noexcept { Free(pointer); }
};

/// The one owner of a `T*` that a C library gave us: `CHandle<cl_engine, cl_engine_free>`.
template <class T, auto Free>
using CHandle = std::unique_ptr<T, FreeWith<Free>>;

/// The one owner of a file descriptor; closes it when it goes. -1 means none.
class FileDescriptor {
public:
    FileDescriptor() = default;
    explicit FileDescriptor(int descriptor) noexcept : descriptor_{descriptor} {}
    FileDescriptor(FileDescriptor&& other) noexcept : descriptor_{other.release()} {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept;
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor();

    [[nodiscard]] int get() const noexcept { return descriptor_; }
    [[nodiscard]] explicit operator bool() const noexcept { return descriptor_ >= 0; }
    int release() noexcept;

private:
    int descriptor_ = -1;
};

}  // namespace lazaret
