using System.Runtime.CompilerServices;

namespace LucidSsh.Crypto;

/// <content>Doubling and addition in straight lines.</content>
internal sealed unsafe partial class CurveGroup<TField>
{
    /// <summary>r = 2 p, which may be the same memory: 4 multiplications, 4 squarings. With A = 3 (X - Z^2) (X + Z^2) and
    /// S = 4 X Y^2: X3 = A^2 - 2 S, Y3 = A (S - X3) - 8 Y^4, Z3 = 2 Y Z. Infinity gives infinity.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void Double(ulong* r, ulong* p, ulong* work)
    {
        int n = _field.LimbCount;
        ulong* x = p, y = p + n, z = y + n;
        ulong* a = work, s = a + n, g = s + n, t = g + n;
        _field.Square(t, z);
        _field.Subtract(a, x, t);
        _field.Add(t, x, t);
        _field.Multiply(a, a, t);
        _field.Triple(a, a);
        _field.Square(g, y);
        _field.Add(g, g, g); // 2 Y^2
        _field.Multiply(s, x, g);
        _field.Add(s, s, s);
        _field.Tighten(s, s);
        _field.Add(t, y, y);
        _field.Multiply(r + (2 * n), t, z);
        _field.Square(g, g); // 4 Y^4
        _field.Square(t, a);
        _field.SubtractTwice(r, t, s);
        _field.Subtract(t, s, r);
        _field.Multiply(t, t, a);
        _field.SubtractTwice(r + n, t, g);
    }

    /// <summary>r = p + q for p, q neither equal nor opposite nor infinity: 12 multiplications, 4 squarings. Z3 = 0 tells that p and
    /// q were equal or opposite after all (or one of them infinity); then R = y2 - y1 (times the denominators), loose, in the
    /// first place of <paramref name="work"/> tells which.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void Add(ulong* r, ulong* p, ulong* q, ulong* work)
    {
        int n = _field.LimbCount;
        ulong* x1 = p, y1 = p + n, z1 = y1 + n, x2 = q, y2 = q + n, z2 = y2 + n;
        ulong* s = work, h = s + n, u = h + n, v = u + n, t = v + n;
        _field.Square(t, z2);
        _field.Multiply(v, x1, t);
        _field.Multiply(t, t, z2);
        _field.Multiply(u, y1, t);
        _field.Square(t, z1);
        _field.Multiply(h, x2, t);
        _field.Multiply(t, t, z1);
        _field.Multiply(s, y2, t);
        _field.Subtract(h, h, v);
        _field.Subtract(s, s, u);
        _field.Multiply(t, z1, z2);
        FinishAdd(r, t, work);
    }

    /// <summary>r = p + q as <see cref="Add"/>, q having Z = 1, which is not read: 8 multiplications, 3 squarings.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void AddAffine(ulong* r, ulong* p, ulong* q, ulong* work)
    {
        int n = _field.LimbCount;
        ulong* x1 = p, y1 = p + n, z1 = y1 + n, x2 = q, y2 = q + n;
        ulong* s = work, h = s + n, u = h + n, v = u + n, t = v + n;
        _field.Square(t, z1);
        _field.Multiply(h, x2, t);
        _field.Multiply(t, t, z1);
        _field.Multiply(s, y2, t);
        _field.Subtract(h, h, x1);
        _field.Subtract(s, s, y1);
        Limbs.Copy(y1, u, n);
        Limbs.Copy(x1, v, n);
        FinishAdd(r, z1, work);
    }

    /// <summary>From R, H, Y1, X1 (over common denominators) in the first places of <paramref name="work"/>, and Z:
    /// X3 = R^2 - H^3 - 2 X1 H^2, Y3 = R (X1 H^2 - X3) - Y1 H^3, Z3 = Z H.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FinishAdd(ulong* r, ulong* z, ulong* work)
    {
        int n = _field.LimbCount;
        ulong* s = work, h = s + n, u = h + n, v = u + n, t = v + n, w = t + n;
        _field.Multiply(r + (2 * n), z, h);
        _field.Square(w, h);
        _field.Multiply(v, v, w); // X1 H^2
        _field.Multiply(h, h, w); // H^3
        _field.Square(t, s);
        _field.Subtract(t, t, h);
        _field.SubtractTwice(r, t, v);
        _field.Subtract(v, v, r);
        _field.Multiply(v, v, s);
        _field.Multiply(u, u, h);
        _field.Subtract(t, v, u);
        _field.Tighten(r + n, t);
    }

    /// <summary>r = p + q for p, q not opposite and not infinity, equal or not, in constant time.</summary>
    private void AddComplete(ulong* r, ulong* p, ulong* q, ulong* work)
    {
        int n = _field.LimbCount;
        Add(r, p, q, work);
        ulong equal = _field.IsZero(r + (2 * n));
        ulong* twice = work + (Scratch * n) - Size;
        Double(twice, p, work);
        Limbs.CopyIf(ConstantTime.Mask(equal), twice, r, Size);
    }
}
