#include "common/crypto/aead.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "common/crypto/random.h"
#include "tests/common/crypto/hex.h"

namespace nwd::crypto {
namespace {

// "The Galois/Counter Mode of Operation", McGrew and Viega, appendix B, as submitted to NIST: cases 13 to 16 (256-bit
// keys).
struct Vector {
  const char* name;
  const char* key;
  const char* nonce;
  const char* plaintext;
  const char* associated_data;
  const char* ciphertext;
  const char* tag;
};
constexpr Vector kVectors[] = {
    {"case 13", "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", "", "",
     "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {"case 14", "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
     "00000000000000000000000000000000", "", "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919"},
    {"case 15", "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657b"
     "a637b"
     "391aafd255",
     "",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0ab"
     "cc9f6"
     "62898015ad",
     "b094dac5d93471bdec1a502270e3cc6c"},
    {"case 16", "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657b"
     "a637b"
     "39",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0ab"
     "cc9f6"
     "62",
     "76fc6ece0f4e1768cddf8853bb2d551b"},
};

TEST(Aead, OpensThePublishedVectors) {
  for (const Vector& vector : kVectors) {
    const AeadKey key(FromHex(vector.key));
    const std::string sealed = FromHex(vector.nonce) + FromHex(vector.ciphertext) + FromHex(vector.tag);
    const absl::StatusOr<std::string> opened = key.Open(sealed, FromHex(vector.associated_data));
    ASSERT_TRUE(opened.ok()) << vector.name << ": " << opened.status();
    EXPECT_EQ(ToHex(*opened), vector.plaintext) << vector.name;
  }
}

TEST(Aead, OpensWhatItSealed) {
  const AeadKey key(RandomBytes(kKeySizeBytes));
  for (const size_t size_bytes : {0, 1, 15, 16, 17, 1000, 100000}) {
    const std::string plaintext = RandomBytes(size_bytes);
    const std::string sealed = key.Seal(plaintext, "place");
    EXPECT_EQ(sealed.size(), size_bytes + kSealOverheadBytes);
    const absl::StatusOr<std::string> opened = key.Open(sealed, "place");
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(*opened, plaintext);
  }
}

TEST(Aead, NoticesAnyChangedByteAsDataLoss) {
  const AeadKey key(RandomBytes(kKeySizeBytes));
  const std::string sealed = key.Seal("needs step-free access", "place");
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(key.Open(changed, "place").status().code(), absl::StatusCode::kDataLoss) << "byte " << i;
  }
}

TEST(Aead, NoticesCuttingAnotherPlaceAndAnotherKey) {
  const AeadKey key(RandomBytes(kKeySizeBytes));
  const std::string sealed = key.Seal("needs step-free access", "place");
  for (size_t size_bytes = 0; size_bytes < sealed.size(); ++size_bytes) {
    EXPECT_EQ(key.Open(sealed.substr(0, size_bytes), "place").status().code(), absl::StatusCode::kDataLoss)
        << size_bytes;
  }
  EXPECT_EQ(key.Open(sealed, "elsewhere").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(key.Open(sealed, "").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(AeadKey(RandomBytes(kKeySizeBytes)).Open(sealed, "place").status().code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(key.Open(sealed, "place").ok()) << "a failed opening must not spoil the next";
}

TEST(Aead, NeverUsesANonceTwice) {
  const AeadKey key(RandomBytes(kKeySizeBytes));
  std::set<std::string> nonces;
  for (int i = 0; i < 10000; ++i) nonces.insert(key.Seal("same", "same").substr(0, kNonceSizeBytes));
  EXPECT_EQ(nonces.size(), 10000u);
}

TEST(Aead, KeysDoNotDisturbEachOtherAcrossThreads) {
  const AeadKey one(RandomBytes(kKeySizeBytes));
  const AeadKey two(RandomBytes(kKeySizeBytes));
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        const std::string by_one = one.Seal("first", "a");
        const std::string by_two = two.Seal("second", "b");
        if (one.Open(by_one, "a").value_or("") != "first") ++failures;
        if (two.Open(by_two, "b").value_or("") != "second") ++failures;
        if (two.Open(by_one, "a").ok()) ++failures;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
}

TEST(Aead, AMovedKeyStillOpens) {
  AeadKey key(RandomBytes(kKeySizeBytes));
  const std::string sealed = key.Seal("text", "");
  const AeadKey moved = std::move(key);
  EXPECT_EQ(moved.Open(sealed, "").value_or(""), "text");
}

}  // namespace
}  // namespace nwd::crypto
