#include "common/text/html.h"

#include <gtest/gtest.h>

namespace nwd::text {
namespace {

struct Case {
  const char* html;
  const char* text;
};

TEST(Html, TagsGoAndTheirTextStays) {
  const Case cases[] = {
      {"", ""},
      {"Plain text", "Plain text"},
      {"<p>Open to <b>all</b>&nbsp;ages</p>", "Open to all ages"},
      {"<P CLASS='x'>One</P><P>Two</P>", "One\n\nTwo"},
      {"One<br>Two<br/>Three<BR />Four", "One\nTwo\nThree\nFour"},
      {"<ul><li>CV help</li><li>Mock interviews</li></ul>After", "CV help\nMock interviews\n\nAfter"},
      {"<a href=\"https://example.org/?a>b\">link</a>", "link"},
      {"  lots \t of   space \r\n here ", "lots of space\nhere"},
      {"one\n\n\n\n\ntwo", "one\n\ntwo"},
      {"a<!-- a comment <b> -->b", "ab"},
      {"<!DOCTYPE html><?xml version='1.0'?>text", "text"},
      {"before<script>if (a < b) alert('<p>');</script>after", "beforeafter"},
      {"<STYLE>p { color: red }</STYLE>text", "text"},
      {"<script>never closed", ""},
      {"Café – naïve", "Café – naïve"},
  };
  for (const Case& c : cases) EXPECT_EQ(StripHtml(c.html), c.text) << c.html;
}

TEST(Html, EntitiesBecomeCharactersOnce) {
  const Case cases[] = {
      {"Fish &amp; chips", "Fish & chips"},
      {"&pound;5 &ndash; &#163;10 &#xA3;", "£5 – £10 £"},
      {"&lt;script&gt;", "<script>"},
      {"&amp;lt;", "&lt;"},
      {"AT&T; R&D", "AT&T; R&D"},
      {"&unknown;", "&unknown;"},
      {"&#0;&#xD800;x", "x"},
      {"&#1114112;", "&#1114112;"},
      {"&#99999999999999;", "&#99999999999999;"},
      {"&;&#;&#x;&", "&;&#;&#x;&"},
      {"it&rsquo;s&hellip;", "it’s…"},
  };
  for (const Case& c : cases) EXPECT_EQ(StripHtml(c.html), c.text) << c.html;
}

TEST(Html, WhatOnlyLooksLikeATagStays) {
  for (const char* text :
       {"under <18", "a < b and c > d", "I <3 London", "x <y", "<", "<>", "</", "<!", "<a href='never closed"}) {
    EXPECT_EQ(StripHtml(text), text);
  }
  EXPECT_EQ(StripHtml("x <y but <b>bold</b>"), "x bold") << "with an end somewhere, it is a tag";
}

TEST(Html, ControlCharactersGo) { EXPECT_EQ(StripHtml(std::string_view("a\0b\x1b[31mc\x7f", 9)), "a b [31mc"); }

TEST(Html, ControlsOfMoreThanAByteGoHoweverTheyAreWritten) {
  EXPECT_EQ(StripHtml("a\u0085b\u202ec\u2066d"), "abcd");
  EXPECT_EQ(StripHtml("a&#x85;b&#x202e;c&#8294;d"), "abcd");
  bool left_out = false;
  for (const char* html : {"a\x1b[31m", "a\u0085", "a\u202e", "a&#x1b;", "a&#x2066;"}) {
    StripHtml(html, &left_out);
    EXPECT_TRUE(left_out) << html;
  }
  StripHtml("<p>one\r\n\ttwo\fthree &nbsp; caf&eacute; €</p>", &left_out);
  EXPECT_FALSE(left_out);
  EXPECT_EQ(StripHtml("é \u202f€ \u00a0"), "é \u202f€ \u00a0");
}

TEST(Html, HostileTextTakesLinearTime) {
  for (const char* piece : {"<a \"", "<a", "<!--", "<script>", "&#x", "<a '\"", "</script", "<", "&", "<a \">"}) {
    std::string hostile;
    for (int i = 0; i < 400'000; ++i) hostile += piece;
    EXPECT_LE(StripHtml(hostile).size(), hostile.size())
        << piece;  // a square of this size would not end within the test's time
  }
}

}  // namespace
}  // namespace nwd::text
