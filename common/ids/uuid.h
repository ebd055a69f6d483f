// An id: a UUID, 16 raw bytes as part of a key, lower-case text in a message. A value: copy it freely.
//
//   Uuid id = Uuid::Random();
//   std::optional<Uuid> named = Uuid::Parse(request.person_id());   // nothing: answer INVALID_ARGUMENT
//   key.append(named->bytes());
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nwd::ids {

class Uuid {
 public:
  static constexpr size_t kSizeBytes = 16;
  static constexpr size_t kTextLength = 36;

  // The nil UUID, which names nothing.
  constexpr Uuid() = default;

  // A new id: version 4 (RFC 9562), 122 random bits. Thread-safe.
  static Uuid Random();

  // From "7f3c0b1e-…": exactly the canonical 36 characters in lower case, of any version. Nothing for anything else, so
  // that one id has one text.
  static std::optional<Uuid> Parse(std::string_view text);

  // From exactly 16 raw bytes; nothing for any other number.
  static std::optional<Uuid> FromBytes(std::string_view bytes);

  std::string ToString() const;

  // The raw bytes, valid as long as this id is.
  std::string_view bytes() const { return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()}; }

  bool is_nil() const { return *this == Uuid(); }

  friend bool operator==(const Uuid&, const Uuid&) = default;
  friend std::strong_ordering operator<=>(const Uuid&, const Uuid&) = default;

  template <typename H>
  friend H AbslHashValue(H state, const Uuid& id) {
    return H::combine(std::move(state), id.bytes_);
  }

 private:
  std::array<uint8_t, kSizeBytes> bytes_{};
};

}  // namespace nwd::ids
