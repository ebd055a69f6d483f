#include "common/rpc/traceparent.h"

#include <gtest/gtest.h>

namespace nwd::rpc {
namespace {

constexpr char kTraceId[] = "4bf92f3577b34da6a3ce929d0e0e4736";

TEST(Traceparent, TheTraceIdOfAWellFormedHeaderIsTaken) {
  EXPECT_EQ(TraceIdIn("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), kTraceId);
}

TEST(Traceparent, AnyOtherHeaderIsNone) {
  for (const char* header : {
           "",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",    // cut off
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-011",  // too long
           "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",   // no such version
           "00-00000000000000000000000000000000-00f067aa0ba902b7-01",   // no trace
           "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",   // no span
           "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",   // capitals
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902bg-01",   // no digit
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",   // no flags
           "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",   // no hyphen
       }) {
    EXPECT_EQ(TraceIdIn(header), "") << header;
  }
}

TEST(Traceparent, WhatGoesOutIsWellFormedAndASpanOfItsOwn) {
  const std::string first = TraceparentOf(kTraceId), second = TraceparentOf(kTraceId);
  EXPECT_EQ(TraceIdIn(first), kTraceId);
  EXPECT_EQ(TraceIdIn(second), kTraceId);
  EXPECT_NE(first, second);
  EXPECT_EQ(TraceIdIn(TraceparentOf(NewTraceId())).size(), 32u);
}

}  // namespace
}  // namespace nwd::rpc
