// SPDX-License-Identifier: GPL-2.0-or-later
// Lines of a configuration of chronyd's, word by word (chrony.conf(5)). Pure; knows no directive.
#pragma once

#include <QByteArray>
#include <chrono>
#include <initializer_list>
#include <optional>

namespace fos1::ntp {

/// Exact decimal seconds: 1, 0.25, -0.000000001.
[[nodiscard]] QByteArray decimalSeconds(std::chrono::nanoseconds time);

/// "name value", or nothing without a value.
[[nodiscard]] QByteArray option(const char* name, const std::optional<int>& value);
[[nodiscard]] QByteArray option(const char* name, const std::optional<double>& value);
[[nodiscard]] QByteArray option(const char* name, const std::optional<std::chrono::nanoseconds>& value);

/// Flags are bare words: "iburst true" is a parse error that ends chronyd.
[[nodiscard]] QByteArray flag(const char* name, bool set);

class ConfigText {
   public:
    /// One line of words; empty words are left out.
    void line(std::initializer_list<QByteArray> words);
    [[nodiscard]] QByteArray text() const { return m_text; }

   private:
    QByteArray m_text;
};

}  // namespace fos1::ntp
