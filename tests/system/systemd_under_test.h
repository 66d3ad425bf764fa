// SPDX-License-Identifier: GPL-2.0-or-later
// A real systemd as process 1 of a container (systemd-nspawn) in the lab's router, with this build and the units from
// deploy/. Its root is a directory of its own with this machine's /usr, read-only. It cannot write to anything else of
// the machine or set its clock.
#pragma once

#include <memory>

#include "lab.h"

namespace fos1::system {

class SystemdUnderTest {
   public:
    /// Starts nothing yet.
    explicit SystemdUnderTest(const lab::Lab& lab);
    ~SystemdUnderTest();
    SystemdUnderTest(const SystemdUnderTest&) = delete;
    SystemdUnderTest& operator=(const SystemdUnderTest&) = delete;

    /// Boots and waits until systemd answers. Otherwise prints its output and returns false.
    bool boot();

    /// The path of a file of the container; also before boot().
    [[nodiscard]] QString path(const QString& inside) const { return m_root + inside; }
    void write(const QString& inside, const QByteArray& text) const;

    [[nodiscard]] lab::CommandResult run(const QStringList& words) const;
    [[nodiscard]] bool systemctl(const QStringList& arguments) const;
    /// A property of a unit as text. MainPID is the pid inside the container.
    [[nodiscard]] QByteArray property(const QString& unit, const char* name) const;
    /// Runs fos1ctl of this build with the host in the container.
    [[nodiscard]] lab::CommandResult ctl(const QStringList& arguments) const;
    /// The address of the container's bus, for this process.
    [[nodiscard]] QByteArray busAddress() const;
    [[nodiscard]] QByteArray journal(const QString& unit) const;

   private:
    const lab::Lab& m_lab;
    QString m_root;
    QStringList m_controlGroups;  ///< directories that we must remove
    std::unique_ptr<lab::Daemon> m_nspawn;
    qint64 m_leader = 0;  ///< process 1 of the container, as seen from outside
};

}  // namespace fos1::system
