// SPDX-License-Identifier: GPL-2.0-or-later
// Runs fos1ctl as a process, with canned answers of its daemon.
#pragma once

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>

#include "tree.h"

struct Outcome {
    int exitCode = -1;
    QString out;
    QString err;
};

inline QJsonObject json(const QByteArray& text) {
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(text, &error);
    if (document.isNull()) qFatal("bad JSON in a test: %s", qPrintable(error.errorString()));
    return document.object();
}

/// An answer of the daemon, from a file because moc 6.4 cannot parse long raw strings.
inline QJsonObject data(const char* name) {
    QFile file(fos1::tree::sourceFile(QStringLiteral("ctl/tests/data/") + QLatin1String(name)));
    if (!file.open(QIODevice::ReadOnly)) qFatal("cannot read %s", name);
    return json(file.readAll());
}

/// Splits "get ntp -o json" into arguments; no argument contains a space.
inline QStringList words(const char* line) { return QString::fromLatin1(line).split(u' ', Qt::SkipEmptyParts); }

/// Runs fos1ctl with `arguments` while this thread's event loop, and therefore the fake daemon, keeps running.
inline Outcome run(const QStringList& arguments, const QByteArray& input = {}) {
    QProcess process;
    process.start(fos1::tree::builtFile(QStringLiteral("bin/fos1ctl")), arguments);
    process.write(input);
    process.closeWriteChannel();
    if (!QTest::qWaitFor([&] { return process.state() == QProcess::NotRunning; }, 30'000)) process.kill();
    process.waitForFinished();
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            QString::fromUtf8(process.readAllStandardOutput()), QString::fromUtf8(process.readAllStandardError())};
}
