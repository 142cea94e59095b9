#pragma once

#include <array>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>

namespace lazaret {

/// A map whose copies share what did not change: copying costs 256 pointers, changing one key
/// copies one shard of 256.
///
/// This is what makes a snapshot of every account's lists cheap to replace each second: a
/// million entries and one change copy some four thousand. A copy is a value: safe to read from
/// any thread while another copy is being changed.
template <class Key, class Value, class Hash = std::hash<Key>>
class ShardedMap {
public:
    using Shard = std::unordered_map<Key, Value, Hash>;

    /// The value of `key`, or null. Good as long as this map (or a copy made before any change).
    [[nodiscard]] const Value* find(const Key& key) const
    {
        const auto& shard = shards_[index(key)];
        if (!shard) return nullptr;
        const auto found = shard->find(key);
        return found == shard->end() ? nullptr : &found->second;
    }

    /// Calls `change(value)` on the value of `key`, made when absent.
    template <class F>
    void change(const Key& key, F&& change)
    {
        std::forward<F>(change)(own(index(key))[key]);
    }

    void set(const Key& key, Value value)
    {
        change(key, [&](Value& old) { old = std::move(value); });
    }

    void erase(const Key& key)
    {
        if (find(key)) own(index(key)).erase(key);
    }

    /// Calls `visit(key, value)` for all, in no order.
    template <class F>
    void each(F&& visit) const
    {
        for (const auto& shard : shards_)
            if (shard)
                for (const auto& [key, value] : *shard) visit(key, value);
    }

    [[nodiscard]] std::size_t size() const noexcept
    {
        std::size_t sum = 0;
        for (const auto& shard : shards_) sum += shard ? shard->size() : 0;
        return sum;
    }

private:
    static constexpr std::size_t shard_count = 256;

    static std::size_t index(const Key& key) { return Hash{}(key)*0x9E3779B97F4A7C15U >> 56; }

    Shard& own(std::size_t at)
    {
        auto& shard = shards_[at];
        if (!shard) shard = std::make_shared<Shard>();
        else if (shard.use_count() > 1) shard = std::make_shared<Shard>(*shard);
        return *shard;
    }

    std::array<std::shared_ptr<Shard>, shard_count> shards_;
};

}  // namespace lazaret
