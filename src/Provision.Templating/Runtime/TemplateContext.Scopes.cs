using Provision.Templating.Runtime;

namespace Provision.Templating;

/// <summary>The stack of what names mean.</summary>
public sealed partial class TemplateContext
{
    private readonly ScriptObject builtins;
    private ScriptObject own = [];
    private Layer[] layers = new Layer[8];
    private int layerCount;

    /// <summary>The object that top-level assignments write to: the last one pushed.</summary>
    public IScriptObject CurrentGlobal
    {
        get
        {
            for (var i = layerCount - 1; i >= 0; i--)
            {
                if (layers[i].Object is { } found)
                {
                    return found;
                }
            }

            return own;
        }
    }

    /// <summary>Makes the members of an object visible as variables, before those of objects pushed earlier.</summary>
    /// <param name="model">The object; templates that assign variables write to it unless it is frozen or the mode is strict.</param>
    public void PushGlobal(IScriptObject model) => PushObject(model, "");

    /// <summary>Takes away the object that was pushed last.</summary>
    /// <returns>That object.</returns>
    /// <exception cref="InvalidOperationException">Nothing is pushed.</exception>
    public IScriptObject PopGlobal()
    {
        if (layerCount <= 2 || layers[layerCount - 1].Object is not { } top)
        {
            throw new InvalidOperationException("no global object is pushed");
        }

        PopLayer();
        return top;
    }

    internal void PushObject(IScriptObject model, string? path)
    {
        ref var layer = ref NewLayer();
        layer.Object = model;
        layer.Origin = path is null ? null : new Origin(path);
    }

    internal void PushLoop(string? name, LoopState loop)
    {
        ref var layer = ref NewLayer();
        layer.Name = name;
        layer.Loop = loop;
    }

    internal void SetLoopValue(object? value, Origin? origin)
    {
        ref var layer = ref layers[layerCount - 1];
        layer.Value = value;
        layer.Origin = origin;
    }

    internal void PopLayer() => layers[--layerCount] = default;

    /// <summary>The value of a variable.</summary>
    internal bool TryGetVariable(string name, out object? value)
    {
        var from = layerCount;
        if (frame.Variables is not null || frame.Outer is not null)
        {
            if (TryLoops(frame.LayerBase, name, out value))
            {
                return true;
            }

            for (var scope = frame; scope is not null; scope = scope.Outer)
            {
                if (scope.Variables is { } variables && variables.TryGet(name, out value, out var origin))
                {
                    if (recorder is not null)
                    {
                        recorder.ReadOrigin(origin, value);
                    }

                    return true;
                }
            }
        }

        for (var i = from - 1; i >= 0; i--)
        {
            ref var layer = ref layers[i];
            if (layer.Object is { } model)
            {
                if (model.TryGetValue(name, out value))
                {
                    if (recorder is not null)
                    {
                        RecordGlobal(i, model, name, value);
                    }

                    return true;
                }
            }
            else if (layer.Name == name)
            {
                value = layer.Value;
                recorder?.ReadOrigin(layer.Origin, value);
                return true;
            }
        }

        value = null;
        return false;
    }

    private bool TryLoops(int above, string name, out object? value)
    {
        for (var i = layerCount - 1; i >= above; i--)
        {
            if (layers[i].Object is null && layers[i].Name == name)
            {
                value = layers[i].Value;
                recorder?.ReadOrigin(layers[i].Origin, value);
                return true;
            }
        }

        value = null;
        return false;
    }

    private void RecordGlobal(int layer, IScriptObject model, string name, object? value)
    {
        if (layer == 0)
        {
            recorder!.ReadNothing();
        }
        else
        {
            recorder!.ReadMember(model, layers[layer].Origin?.Path, name, value);
        }
    }

    /// <summary>Sets a variable where assignments of its name go.</summary>
    internal void SetVariable(string name, object? value, Origin? origin, Syntax.Node node)
    {
        for (var i = layerCount - 1; i >= frame.LayerBase && layers[i].Object is null; i--)
        {
            if (layers[i].Name == name)
            {
                layers[i].Value = value;
                layers[i].Origin = origin;
                return;
            }
        }

        for (var scope = frame; scope is not null; scope = scope.Outer)
        {
            if (scope.Variables is { } variables && (variables.Contains(name) || !GlobalHas(name)))
            {
                variables.Set(name, value, origin);
                return;
            }
        }

        var target = WritableGlobal();
        if (!target.CanWrite(name))
        {
            throw Error(node, $"the variable \"{name}\" is read-only");
        }

        target.SetValue(name, value);
        recorder?.Assign(target, name, origin);
    }

    internal void SetReadOnly(string name, Syntax.Node node)
    {
        if (IsStrict && !TryGetVariable(name, out _))
        {
            throw Undefined(name, node);
        }

        WritableGlobal().SetReadOnly(name, readOnly: true);
    }

    /// <summary>The names a template could have meant at this place.</summary>
    internal IEnumerable<string> VisibleNames()
    {
        for (var scope = frame; scope is not null; scope = scope.Outer)
        {
            if (scope.Variables is { } variables)
            {
                foreach (var name in variables.Names)
                {
                    yield return name;
                }
            }
        }

        for (var i = layerCount - 1; i >= 0; i--)
        {
            if (layers[i].Object is { } model)
            {
                foreach (var name in model.Keys)
                {
                    yield return name;
                }
            }
            else if (layers[i].Name is { } name)
            {
                yield return name;
            }
        }
    }

    /// <summary>The state of the innermost loop of this call and kind, or null.</summary>
    internal LoopState? CurrentLoop(LoopKind kind)
    {
        for (var i = layerCount - 1; i >= frame.LayerBase; i--)
        {
            if (layers[i].Loop is { } loop && loop.Kind == kind)
            {
                return loop;
            }
        }

        return null;
    }

    /// <summary>The names that <c>import</c> could not see: nothing is imported over a read-only variable.</summary>
    internal void Import(IScriptObject from, Origin? origin)
    {
        var target = WritableGlobal();
        foreach (var name in from.Keys.ToArray())
        {
            if (target.CanWrite(name) && from.TryGetValue(name, out var value))
            {
                target.SetValue(name, value);
                recorder?.Assign(target, name, origin);
            }
        }
    }

    private bool GlobalHas(string name)
    {
        for (var i = layerCount - 1; i >= 0; i--)
        {
            if (layers[i].Object is { } model ? model.TryGetValue(name, out _) : layers[i].Name == name)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The topmost object, or this context's own where that one belongs to the host and is closed.</summary>
    private IScriptObject WritableGlobal()
    {
        for (var i = layerCount - 1; i >= 0; i--)
        {
            if (layers[i].Object is { } found)
            {
                return found;
            }
        }

        return own;
    }

    private ref Layer NewLayer()
    {
        if (layerCount == layers.Length)
        {
            Array.Resize(ref layers, layers.Length * 2);
        }

        return ref layers[layerCount++];
    }

    /// <summary>One level of names: the members of an object, or the variable of a loop.</summary>
    private struct Layer
    {
        internal IScriptObject? Object;
        internal string? Name;
        internal object? Value;
        internal LoopState? Loop;
        internal Origin? Origin;
    }
}
