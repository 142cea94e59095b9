#pragma once

#include <array>
#include <cstddef>

namespace lazaret::filter::rules {

/// The operands of the stack machine that Arithmetic is. Its reader bounds the nesting, and so how
/// many there are at once.
template <typename Value>
class OperandStack {
public:
    void push(const Value& value) { values_[size_++] = value; }
    Value pop() { return values_[--size_]; }
    [[nodiscard]] const Value& top() const { return values_[size_ - 1]; }
    [[nodiscard]] Value& top() { return values_[size_ - 1]; }

private:
    static constexpr std::size_t most = 512;

    std::array<Value, most> values_;  // not set: an evaluation touches the first few
    std::size_t size_ = 0;
};

}  // namespace lazaret::filter::rules
