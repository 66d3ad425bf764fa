// SPDX-License-Identifier: GPL-2.0-or-later
#include "host_under_test.h"

#include <signal.h>

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonDocument>
#include <QLocalSocket>
#include <QTest>

#include "isolation.h"
#include "tree.h"

namespace fos1::system {

HostUnderTest::HostUnderTest(const lab::Lab& lab, const QString& name) : m_lab(lab), m_name(name) {
    m_dir = lab.path(name);
    QDir().mkpath(m_dir + QStringLiteral("/manifests"));
    config =
        "stateDir: state\n"
        "http: {port: 9559}\n"
        "dbus: {enabled: false}\n"
        "plugins:\n"
        "  crd-watcher: {directory: manifests}\n"
        "  ntp: {clockControl: false" +
        QByteArray(lab::isUserNamespace() ? ", user: root" : "") + "}\n";
}

void HostUnderTest::addPlugin(const PluginUnderTest& plugin) {
    QDir().mkpath(path(QStringLiteral("mine")));
    const QString copy = path(QStringLiteral("mine/")) + QFileInfo(plugin.file).fileName();
    if (!QFile::copy(plugin.file, copy)) qFatal("%s cannot be copied", qPrintable(plugin.file));
    const QByteArray name = "  " + plugin.id.toUtf8() + ": ";
    // Two files may have one id.
    if (!config.contains(name) && !m_sections.contains(name)) m_sections += name + plugin.section + '\n';
    if (!plugin.isolation.isEmpty()) m_isolations += name + plugin.isolation + '\n';
}

void HostUnderTest::addPlugin(const QString& name, const QByteArray& isolation) {
    addPlugin({name, tree::builtFile(QStringLiteral("tests/bad_plugins/so/") + name + QStringLiteral(".so")), "{}",
               isolation});
}

void HostUnderTest::launch(const QStringList& environment) {
    QByteArray written = config + m_sections;
    if (!m_sections.isEmpty()) written += "pluginDirs: [mine, '" + tree::pluginDirectory().toUtf8() + "']\n";
    if (!m_isolations.isEmpty()) written += "isolation:\n" + m_isolations;
    lab::writeFile(path(QStringLiteral("host.yaml")), written);
    const QStringList words = wrapper + QStringList{tree::builtFile(QStringLiteral("bin/fos1-hostd")),
                                                    QStringLiteral("--config"), path(QStringLiteral("host.yaml"))};
    m_process = m_lab.startIn(QStringLiteral("rt"), m_name, words.front(), words.mid(1), environment);
}

bool HostUnderTest::start(const QStringList& environment) {
    launch(environment);
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < 10'000 && isRunning()) {
        // Whether its services are ready is the matter of each test.
        if (call(QStringLiteral("host.status"))[u"result"].toObject()[u"state"].toString() == u"running") return true;
        QTest::qWait(10);
    }
    qWarning().noquote() << "the host did not become ready:\n" << m_process->log();
    return false;
}

int HostUnderTest::stop() {
    m_process->signal(SIGTERM);
    return m_process->waitForEnd(6000);
}

int HostUnderTest::stopForRestart() {
    m_process->signal(SIGUSR1);
    return m_process->waitForEnd(6000);
}

QString HostUnderTest::chronySocket() const { return path(QStringLiteral("state/run/ntp/chronyd/chronyd.sock")); }

QJsonObject HostUnderTest::call(const QString& method, const QJsonObject& params) const {
    QLocalSocket socket;
    socket.connectToServer(this->socket());
    if (!socket.waitForConnected(1000)) return {};
    const QJsonObject request{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", params}};
    socket.write(QJsonDocument(request).toJson(QJsonDocument::Compact) + '\n');
    while (!socket.canReadLine())
        if (!socket.waitForReadyRead(5000)) return {};
    return QJsonDocument::fromJson(socket.readLine()).object();
}

QJsonObject HostUnderTest::service(const QString& name) const {
    return call(QStringLiteral("resource.get"), {{"kind", "ntp"}, {"name", name}})[u"result"].toObject();
}

QJsonObject HostUnderTest::condition(const QJsonArray& conditions, const QString& type) {
    for (const QJsonValue& condition : conditions)
        if (condition[u"type"].toString() == type) return condition.toObject();
    return {};
}

QJsonObject HostUnderTest::pluginCondition(const QString& plugin, const QString& type) const {
    const QJsonArray plugins = call(QStringLiteral("plugin.list"))[u"result"][u"plugins"].toArray();
    for (const QJsonValue& record : plugins)
        if (record[u"id"].toString() == plugin) return condition(record[u"conditions"].toArray(), type);
    return {};
}

QJsonObject HostUnderTest::syncState(const QString& name) const {
    const QJsonArray values =
        call(QStringLiteral("topic.list"), {{"topic", "time.sync/v1"}})[u"result"][u"values"].toArray();
    for (const QJsonValue& value : values)
        if (value[u"key"].toString() == name) return value.toObject();
    return {};
}

lab::CommandResult HostUnderTest::ctl(const QStringList& arguments, const QByteArray& input) const {
    return lab::run(tree::builtFile(QStringLiteral("bin/fos1ctl")),
                    QStringList{QStringLiteral("--socket"), socket()} + arguments, 15'000, input);
}

QByteArray HostUnderTest::http(const QString& path) const {
    return m_lab
        .runIn(QStringLiteral("rt"), QStringLiteral("curl"),
               {"-sS", "-m", "5", QStringLiteral("http://127.0.0.1:9559") + path})
        .output;
}

QList<qint64> HostUnderTest::chronyds() const {
    QList<qint64> found;
    for (const qint64 pid : lab::processesWith(m_dir.toUtf8())) {
        QFile name(QStringLiteral("/proc/%1/comm").arg(pid));
        if (!name.open(QIODevice::ReadOnly) || name.readAll().trimmed() != "chronyd") continue;
        // A chronyd that only checks a configuration does not serve clients.
        QFile words(QStringLiteral("/proc/%1/cmdline").arg(pid));
        if (!words.open(QIODevice::ReadOnly)) continue;
        const QByteArray all = words.readAll();  // empty when it has ended meanwhile
        if (all.contains(m_dir.toUtf8()) && !all.split('\0').contains("-p")) found.append(pid);
    }
    return found;
}

}  // namespace fos1::system
