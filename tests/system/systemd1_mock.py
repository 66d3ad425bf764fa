# SPDX-License-Identifier: GPL-2.0-or-later
# The part of systemd that the ntp plugin uses, as a template of python-dbusmock: one service, and control over the
# results of jobs.
import dbus
from dbusmock import mockobject

BUS_NAME = "org.freedesktop.systemd1"
MAIN_OBJ = "/org/freedesktop/systemd1"
MAIN_IFACE = "org.freedesktop.systemd1.Manager"
SYSTEM_BUS = True

UNIT = "fos1-chronyd.service"
PATH = "/org/freedesktop/systemd1/unit/fos1_2dchronyd_2eservice"
UNIT_IFACE = "org.freedesktop.systemd1.Unit"
SERVICE_IFACE = "org.freedesktop.systemd1.Service"


def load(mock, parameters):
    mock.behaviour = "obey"
    mock.job = 0
    mock.next_pid = 1001
    mock.AddObject(
        PATH,
        UNIT_IFACE,
        {"LoadState": parameters.get("LoadState", "loaded"), "ActiveState": "inactive", "SubState": "dead"},
        [],
    )
    unit = mockobject.objects[PATH]
    unit.AddProperties(
        SERVICE_IFACE,
        {"MainPID": dbus.UInt32(0), "Result": "success", "ExecMainCode": dbus.Int32(0), "ExecMainStatus": dbus.Int32(0)},
    )


def show(active, pid, code=0, status=0):
    unit = mockobject.objects[PATH]
    unit.UpdateProperties(
        SERVICE_IFACE,
        {"MainPID": dbus.UInt32(pid), "ExecMainCode": dbus.Int32(code), "ExecMainStatus": dbus.Int32(status)},
    )
    unit.UpdateProperties(UNIT_IFACE, {"ActiveState": active})


def run_job(mock, active, pid):
    if mock.behaviour == "refuse":
        raise dbus.exceptions.DBusException(
            "Interactive authentication required.", name="org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"
        )
    mock.job += 1
    path = f"/org/freedesktop/systemd1/job/{mock.job}"
    result = "done"
    if mock.behaviour == "fail":
        result = "failed"
        show("failed", 0, 1, 1)
    else:
        show(active, pid)
    mock.EmitSignal(
        MAIN_IFACE, "JobRemoved", "uoss", [dbus.UInt32(mock.job), dbus.ObjectPath(path), UNIT, result]
    )
    return dbus.ObjectPath(path)


@dbus.service.method(MAIN_IFACE, in_signature="ss", out_signature="o")
def RestartUnit(self, _name, _mode):
    self.next_pid += 1
    return run_job(self, "active", self.next_pid)


@dbus.service.method(MAIN_IFACE, in_signature="ss", out_signature="o")
def StopUnit(self, _name, _mode):
    return run_job(self, "inactive", 0)


@dbus.service.method(MAIN_IFACE, in_signature="", out_signature="")
def Subscribe(self):
    pass


@dbus.service.method(MAIN_IFACE, in_signature="s", out_signature="")
def Behave(self, behaviour):
    self.behaviour = behaviour


@dbus.service.method(MAIN_IFACE, in_signature="suii", out_signature="")
def Happen(_self, active, pid, code, status):
    show(active, pid, code, status)
