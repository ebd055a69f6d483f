#include "common/crypto/sha256.h"

#include <gtest/gtest.h>

#include "tests/common/crypto/hex.h"

namespace nwd::crypto {
namespace {

TEST(Sha256, AgreesWithFips180) {
  EXPECT_EQ(ToHex(View(Sha256(""))), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(ToHex(View(Sha256("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(ToHex(View(Sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, PartsHashAsIfJoined) {
  EXPECT_EQ(Sha256({"ab", "", "c"}), Sha256("abc"));
  EXPECT_NE(Sha256({std::string_view("\0", 1), "abc"}), Sha256("abc"));
}

}  // namespace
}  // namespace nwd::crypto
