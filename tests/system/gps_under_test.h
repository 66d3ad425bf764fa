// SPDX-License-Identifier: GPL-2.0-or-later
// A node with a receiver on a pseudo-terminal, and whether what it serves is as right as it says.
#pragma once

#include <QTemporaryDir>
#include <functional>
#include <memory>

#include "host_under_test.h"
#include "receiver.h"

namespace fos1::system {

class GpsUnderTest {
   public:
    GpsUnderTest();

    /// Starts the host. Empty, or what went wrong.
    [[nodiscard]] QString start(const QStringList& environment = {}) const;
    /// `sources`: below spec.sources, indented by four.
    [[nodiscard]] bool declare(const QByteArray& sources) const;
    /// hardware.gps with this receiver, in flow style; `more` begins with a comma.
    [[nodiscard]] QByteArray gps(const QByteArray& more = {}) const;

    /// The link that the spec names, as udev's are; /dev/shm is below /dev.
    [[nodiscard]] QString link() const { return m_links.filePath(QStringLiteral("gps0")); }
    void plugIn() const;
    void unplug() const;

    [[nodiscard]] QJsonObject condition(const char* type) const;
    [[nodiscard]] QString reason() const;
    [[nodiscard]] QJsonObject sync() const;
    [[nodiscard]] std::optional<lab::TimeAnswer> ask() const { return lab.askTime("cl", "10.2.0.1"); }
    [[nodiscard]] bool isStratum(int stratum) const;

    /// How far what a client gets is off, against the machine's clock, which is the truth here; and what this node says
    /// of it. Empty: it is within that.
    [[nodiscard]] QString whyWrong() const;
    /// Until HardwareHealthy has the reason `wanted`, and for `seconds` more, what is served is right. Empty, or why
    /// not.
    [[nodiscard]] QString rightUntil(const QString& wanted, int patienceSeconds, int seconds = 3) const;

    /// Until `fact` holds, what is served is right. Empty, or why not.
    [[nodiscard]] QString rightUntil(const std::function<bool()>& fact, int patienceSeconds) const;

    lab::Lab lab;
    std::unique_ptr<lab::Receiver> receiver;
    std::unique_ptr<HostUnderTest> host;

   private:
    QTemporaryDir m_links{QStringLiteral("/dev/shm/fos1-gps-XXXXXX")};
};

}  // namespace fos1::system
