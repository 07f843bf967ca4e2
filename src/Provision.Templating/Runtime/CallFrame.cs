namespace Provision.Templating.Runtime;

/// <summary>What belongs to one call of a function or template.</summary>
internal sealed class CallFrame
{
    /// <summary>The <c>$name</c> variables.</summary>
    internal VariableStore Locals { get; } = new();

    /// <summary>Parameters and own variables of a function with a parameter list; null in others.</summary>
    internal VariableStore? Variables { get; set; }

    /// <summary>The call whose variables an anonymous function sees.</summary>
    internal CallFrame? Outer { get; set; }

    /// <summary>What <c>$</c> is.</summary>
    internal ScriptArray? Arguments { get; set; }

    /// <summary>What <c>$$</c> runs, with the frame it runs in.</summary>
    internal Syntax.Block? WrappedBlock { get; set; }

    internal CallFrame? WrappedFrame { get; set; }

    /// <summary>Layers from here on were pushed by this call.</summary>
    internal int LayerBase { get; set; }

    private VariableStore? ownVariables;

    internal VariableStore UseVariables() => Variables = ownVariables ??= new VariableStore();

    internal void Clear()
    {
        Locals.Clear();
        ownVariables?.Clear();
        Variables = null;
        Outer = null;
        Arguments = null;
        WrappedBlock = null;
        WrappedFrame = null;
        LayerBase = 0;
    }
}
