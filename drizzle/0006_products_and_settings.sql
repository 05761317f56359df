-- Makes or replaces a product. `p_fields` holds every column of it.
-- `p_overlapping` are sequences that can give names of the one that is to serve it, as the patterns of
-- epoch `p_epoch` tell. Returns 'created', 'replaced' or 'unchanged'. Fails: unknown_sequence,
-- product_tracking_fixed, patterns_changed, pattern_shared.
CREATE FUNCTION put_product_v1(
  p_caller caller, p_tenant text, p_sku text, p_fields jsonb, p_epoch bigint, p_overlapping text[]
) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_new products := jsonb_populate_record(NULL::products, p_fields);
  v_old products;
BEGIN
  PERFORM caller_v1(p_caller, p_tenant);
  IF v_new.sequence IS NOT NULL
     AND NOT EXISTS (SELECT FROM sequences WHERE tenant = p_tenant AND key = v_new.sequence) THEN
    PERFORM fail('unknown_sequence', jsonb_build_object('sequence', v_new.sequence));
  END IF;
  PERFORM hold_patterns(p_tenant, p_epoch);

  INSERT INTO products (tenant, sku, name, tracking, sequence, gtin, expiry, shelf_life_days)
  VALUES (p_tenant, p_sku, v_new.name, v_new.tracking, v_new.sequence, v_new.gtin, v_new.expiry,
          v_new.shelf_life_days)
  ON CONFLICT (tenant, sku) DO NOTHING;
  IF FOUND THEN
    PERFORM record_event(p_caller, p_tenant, 'product.created', p_sku, product_facts(v_new));
    RETURN 'created';
  END IF;

  SELECT * INTO STRICT v_old FROM products WHERE tenant = p_tenant AND sku = p_sku FOR UPDATE;
  IF ROW (v_old.name, v_old.tracking, v_old.sequence, v_old.gtin, v_old.expiry, v_old.shelf_life_days)
     IS NOT DISTINCT FROM
     ROW (v_new.name, v_new.tracking, v_new.sequence, v_new.gtin, v_new.expiry, v_new.shelf_life_days)
  THEN
    RETURN 'unchanged';
  END IF;
  IF v_old.tracking <> v_new.tracking THEN
    -- Whoever records its first lots just now has ended after this, or waits and finds it changed.
    PERFORM hold_products(p_tenant, p_shared => false);
    IF EXISTS (SELECT FROM job_items WHERE tenant = p_tenant AND product = p_sku) THEN
      PERFORM fail('product_tracking_fixed', jsonb_build_object(
        'product', p_sku, 'tracking', v_old.tracking));
    END IF;
  END IF;
  IF v_old.sequence IS DISTINCT FROM v_new.sequence THEN
    PERFORM refuse_sharing(p_tenant, p_sku, v_new.sequence, p_overlapping);
  END IF;
  UPDATE products
  SET name = v_new.name, tracking = v_new.tracking, sequence = v_new.sequence, gtin = v_new.gtin,
      expiry = v_new.expiry, shelf_life_days = v_new.shelf_life_days, updated_at = now()
  WHERE tenant = p_tenant AND sku = p_sku;
  PERFORM record_event(p_caller, p_tenant, 'product.changed', p_sku,
                       differences(product_facts(v_old), product_facts(v_new)));
  RETURN 'replaced';
END
$$;
--> statement-breakpoint
-- Holds the tenant's patterns as they are for the rest of the transaction. Fails: patterns_changed (they
-- are not those of `p_epoch`; null: nobody compared them).
CREATE FUNCTION hold_patterns(p_tenant text, p_epoch bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM settings
  WHERE tenant = p_tenant AND (p_epoch IS NULL OR pattern_epoch = p_epoch) FOR SHARE;
  IF NOT FOUND THEN
    PERFORM fail('patterns_changed', '{}');
  END IF;
END
$$;
--> statement-breakpoint
-- Changes the settings that `p_changes` names and leaves the others. `p_overlapping` are sequences that can
-- give names of the new default one, as the patterns of epoch `p_epoch` tell. Fails: unknown_sequence,
-- patterns_changed, pattern_shared.
CREATE FUNCTION change_settings_v1(
  p_caller caller, p_tenant text, p_changes jsonb, p_epoch bigint, p_overlapping text[]
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_sequence text := p_changes->>'default_sequence';
  v_old settings;
  v_new settings;
BEGIN
  PERFORM caller_v1(p_caller, p_tenant);
  IF v_sequence IS NOT NULL
     AND NOT EXISTS (SELECT FROM sequences WHERE tenant = p_tenant AND key = v_sequence) THEN
    PERFORM fail('unknown_sequence', jsonb_build_object('sequence', v_sequence));
  END IF;
  -- Held for itself at once: two who shared the row before they change it would wait for one another.
  SELECT * INTO v_old FROM settings WHERE tenant = p_tenant FOR NO KEY UPDATE;
  PERFORM hold_patterns(p_tenant, p_epoch);
  IF v_sequence IS NOT NULL THEN
    PERFORM refuse_sharing(p_tenant, p.sku, v_sequence, p_overlapping)
    FROM products AS p
    WHERE p.tenant = p_tenant AND p.sequence IS NULL AND cardinality(p_overlapping) > 0;
  END IF;
  UPDATE settings
  SET default_sequence = CASE WHEN p_changes ? 'default_sequence' THEN v_sequence
                              ELSE default_sequence END,
      time_zone = coalesce(p_changes->>'time_zone', time_zone),
      updated_at = now()
  WHERE tenant = p_tenant
  RETURNING * INTO v_new;
  IF settings_facts(v_old) <> settings_facts(v_new) THEN
    PERFORM record_event(p_caller, p_tenant, 'settings.changed', 'settings',
                         differences(settings_facts(v_old), settings_facts(v_new)));
  END IF;
END
$$;
