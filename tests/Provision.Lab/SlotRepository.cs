namespace Provision.Lab;

/// <summary>One slot of the <see cref="SlotRepository"/>.</summary>
/// <param name="Name">Its name; its unit is <c>slot@NAME.service</c>.</param>
/// <param name="Value">A change of it restarts the unit; with <c>broken</c> the unit does not start, with <c>hangs</c> it never gets ready.</param>
/// <param name="Hint">A change of it reloads the unit.</param>
/// <param name="Comment">A change of it does nothing to the unit.</param>
/// <param name="Master">Whether it is its store's master.</param>
public sealed record Slot(string Name, string Value = "1", string Hint = "a", string Comment = "none", bool Master = false)
{
    /// <summary>Its unit.</summary>
    public string Unit => $"slot@{Name}.service";
}

/// <summary>
/// A small repository for one host with slots: a template unit with a drop-in a slot, a target that wants them all, and a
/// service that has nothing to do with them. The slots' daemon says in <c>/run/slots.log</c> when it starts and when it is ready.
/// </summary>
public sealed class SlotRepository
{
    private readonly string folder;

    /// <summary>Writes the repository with no slots.</summary>
    public SlotRepository(string folder)
    {
        this.folder = folder;
        Write("hosts/fleet.yaml",
            "fleet: { name: lab, domain: mail.example, release: trixie }\nsites:\n  nyi: { networks: [192.0.2.0/24], gateway: 192.0.2.1 }\n");
        Write("hosts/nyi.yaml", "site: nyi\nhosts:\n  web1:\n    macs: [\"00:00:5E:00:53:01\"]\n    roles: [web]\n    address: 192.0.2.11\n");
        Write("templates/slots/etc/systemd/system/slot@.service", """
            ---
            on_change: [{ do: none }]
            ---
            [Service]
            Type=notify
            NotifyAccess=all
            ExecStart=/bin/sh /usr/lib/slot-daemon %i
            ExecReload=/bin/sh -c 'echo "reload %i" >> /run/slots.log'

            [Install]
            WantedBy=multi-user.target

            """);
        Write("templates/slots/etc/systemd/system/slot.target", """
            ---
            unit: slot.target
            on_change: [{ do: none }]
            ---
            [Unit]
            Description=All slots
            {{~ for slot in settings.slots ~}}
            Wants=slot@{{ slot.name }}.service
            {{~ end ~}}

            [Install]
            WantedBy=multi-user.target

            """);
        Write("templates/slots/etc/systemd/system/plain.service", "[Service]\nExecStart=/bin/sleep infinity\n\n[Install]\nWantedBy=multi-user.target\n");
        Write("templates/slots/usr/lib/slot-daemon", """
            . "/etc/slots/$1.conf"
            echo "start $1 $value" >> /run/slots.log
            mkdir -p "/data/$1"
            case $value in
                broken) echo "value broken is no value for $1" >&2; exit 3 ;;
                hangs) exec sleep infinity ;;
            esac
            sleep 0.3
            echo "ready $1 $value" >> /run/slots.log
            systemd-notify --ready
            exec sleep infinity

            """);
        Write("templates/slots/slot.conf", """
            ---
            each: settings.slots
            path: /etc/slots/{{ slot.name }}.conf
            unit: slot@{{ slot.name }}.service
            on_change: [{ match: '^value=', do: restart }, { match: '^#', do: none }, { do: reload }]
            ---
            # {{ slot.comment }}
            value={{ slot.value }}
            hint={{ slot.hint }}

            """);
        Write("templates/slots/drop-in", """
            ---
            each: settings.slots
            path: /etc/systemd/system/slot@{{ slot.name }}.service.d/slot.conf
            unit: slot@{{ slot.name }}.service
            ---
            [Service]
            Environment=SLOT_DATA=/data/{{ slot.name }}

            """);
        Role([]);
    }

    /// <summary>Makes the host have these slots.</summary>
    public void Slots(params IReadOnlyList<Slot> slots) => Role(slots);

    /// <summary>Writes the role.</summary>
    /// <param name="slots">The slots.</param>
    /// <param name="services">More services that must run.</param>
    /// <param name="packages">Packages that must be installed.</param>
    public void Role(IReadOnlyList<Slot> slots, string? services = null, string packages = "") =>
        Write("roles/web.yaml", $"""
            data: cache
            gate: none
            packages: [{packages}]
            configs: [slots]
            services: [plain.service, slot.target{(services is null ? "" : ", " + services)}]
            defaults:
              slots:
            {string.Join('\n', slots.Select(slot => $"    - {{ name: {slot.Name}, value: \"{slot.Value}\", hint: {slot.Hint}, comment: {slot.Comment}, master: {(slot.Master ? "true" : "false")} }}"))}

            """);

    /// <summary>Writes a file of the repository.</summary>
    public void Write(string path, string text)
    {
        var full = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
